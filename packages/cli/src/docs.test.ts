import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { createProgram, PLANNED } from './program.ts';

/** `docs/cli.md` and `--help` say the same things. */

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const program = createProgram({ deps: fakeDeps(), settle: () => {} });

function named(command: Command): readonly (readonly [string, Command])[] {
  // Groups have a `help` of their own, which is the same.
  const children = command.commands.filter((child) => command === program || child.name() !== 'help');
  return children.flatMap((child) => [
    [child.name(), child] as const,
    ...named(child).map(([name, below]) => [`${child.name()} ${name}`, below] as const),
  ]);
}

/** What the page says of a command: from its heading to the next. */
function section(name: string): string {
  const [, text = ''] = page.split(new RegExp(`^## countersign ${name}$`, 'm'));
  return text.split(/^## /m)[0] ?? '';
}

describe('docs/cli.md', () => {
  it.each(named(program))('documents every flag and argument of %s', (name, command) => {
    const text = section(name);
    expect(text).not.toBe('');
    for (const option of command.options) {
      expect(text).toContain(`\`${option.flags}\``);
      expect(text).toContain(option.description);
    }
    for (const argument of command.registeredArguments) {
      expect(text).toContain(argument.required ? `\`<${argument.name()}>\`` : `\`[${argument.name()}]\``);
    }
  });

  it.each(named(program))('documents no flag that %s does not have', (name, command) => {
    const known = new Set(command.options.map((option) => option.long));
    const rows = section(name).matchAll(/^\| `[^`]*(--[a-z-]+)/gm);
    expect([...rows].map(([, flag]) => flag).filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('documents no command that does not exist', () => {
    const names = new Set(named(program).map(([name]) => name));
    const headings = [...page.matchAll(/^## countersign (.+)$/gm)].map(([, name]) => name ?? '');
    expect(headings.filter((name) => !names.has(name))).toEqual([]);
  });

  it('names every command that is still to come', () => {
    for (const name of PLANNED) expect(page).toContain(`\`${name}\``);
  });
});
