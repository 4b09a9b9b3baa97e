import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ISSUER_PRESETS } from '../../issuer-preset/presets.ts';
import { LINT_RULES } from './rules.ts';

function guide(name: string): string {
  return readFileSync(new URL(`../../../../../docs/guides/${name}.md`, import.meta.url), 'utf8');
}

function cells(page: string): readonly (readonly string[])[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('what lint looks for', () => {
  it('has one sentence of cause and one of fix', () => {
    for (const text of Object.values(LINT_RULES).flatMap(({ cause, fix }) => [cause, fix]))
      expect(text).toMatch(/^[A-Z][^\n]{8,140}\.$/);
  });

  it('is in the guide, row by row', () => {
    const rows = cells(guide('policies')).filter(
      (row) => row.length === 4 && row[0]?.startsWith('`') === true,
    );
    const told = rows.map(([rule = '', , cause, fix]) => [rule.replaceAll('`', ''), { cause, fix }]);
    expect(Object.fromEntries(told)).toEqual(LINT_RULES);
  });
});

describe('what is known of platforms', () => {
  it('is in the guide', () => {
    const page = guide('presets');
    const said = ISSUER_PRESETS.flatMap((preset) => [
      `## ${preset.name}\n`,
      ...preset.issuers.map(({ url }) => `\`${url}\``),
      ...preset.owner.map(({ claim }) => `\`${claim}\``),
      ...preset.hints.map((hint) => `- ${hint}\n`),
    ]);
    expect(said.filter((text) => !page.includes(text))).toEqual([]);
  });
});
