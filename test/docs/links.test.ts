import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, placeOf, textOf, withoutFences } from './repository.ts';

/** Links between pages, and into the sources. Whatever leaves the repository is not asked: tests have no network. */

/** Targets of `[text](target)` and `[text](<target>)`, code left out. */
function targets(page: string): readonly string[] {
  const prose = withoutFences(textOf(page)).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
}

function isRelative(target: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target);
}

/** Anchors of a page: the headings as the usual renderers name them. */
function anchors(page: string): readonly string[] {
  return [...withoutFences(textOf(page)).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** Why a link leads nowhere; `undefined` when it arrives. */
function fault(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (file.startsWith('..') || !existsSync(placeOf(file))) return `${page}: ${target} does not exist`;
  if (anchor === undefined || !file.endsWith('.md') || anchors(file).includes(anchor)) return undefined;
  return `${page}: ${target} has no such heading`;
}

describe('the pages of the repository', () => {
  it('hold relative links that arrive, at their heading too', () => {
    const links = pages().flatMap((page) => targets(page).map((target) => ({ page, target })));
    const relative = links.filter(({ target }) => isRelative(target));
    expect(relative.length).toBeGreaterThan(40);
    expect(relative.flatMap(({ page, target }) => fault(page, target) ?? [])).toEqual([]);
  });

  it('leave no decision out of their list', () => {
    const decisions = pages().filter((page) => /^docs\/adr\/\d/.test(page));
    expect(decisions.length).toBeGreaterThan(10);
    const listed = targets('docs/adr/README.md').map((target) => `docs/adr/${target}`);
    expect(decisions.filter((page) => !listed.includes(page))).toEqual([]);
  });

  it.each([
    ['docs/conformance.md', 'nowhere.md'],
    ['docs/conformance.md', '../../outside.md'],
    ['docs/conformance.md', '#no-such-heading'],
    ['ARCHITECTURE.md', 'docs/conformance.md#no-such-heading'],
  ])('%s could not say [x](%s)', (page, target) => {
    expect(fault(page, target)).toContain(target);
  });
});
