import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeOf, rowsWith, textOf } from './repository.ts';

/** A page that cites tests is worth as much as its citations: a renamed test must not leave a claim behind. */
const rows = rowsWith(textOf('docs/conformance.md'), 'test');

interface Citation {
  readonly file: string;
  readonly name: string;
}

/** `[x.test.ts](../path/x.test.ts) "name", "name"` */
function citations(cell: string): readonly Citation[] {
  return [...cell.matchAll(/\[[^\]]+\]\(([^)]+)\)((?:,? "[^"]+")+)/g)].flatMap(([, path = '', names = '']) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file: join('docs', path), name })),
  );
}

/** A name counts where it is a whole string of the file, not a part of another one. */
function holds(text: string, name: string): boolean {
  return [`'${name}'`, `\`${name}\``, `"${name}"`].some((literal) => text.includes(literal));
}

describe('docs/conformance.md', () => {
  it('cites a test in every row that says what we do', () => {
    expect(rows.length).toBeGreaterThan(80);
    const bare = rows.filter((row) => citations(row.get('test') ?? '').length === 0);
    expect(bare.map((row) => row.get('section'))).toEqual([]);
  });

  it('cites nothing but test files that exist, by names of tests that stand in them', () => {
    const cited = rows.flatMap((row) => citations(row.get('test') ?? ''));
    const missing = cited.filter(
      ({ file, name }) =>
        !file.endsWith('.test.ts') || !existsSync(placeOf(file)) || !holds(textOf(file), name),
    );
    expect(missing).toEqual([]);
  });

  it('leaves no link to a test without the name of one', () => {
    const links = rows.flatMap((row) => [...(row.get('test') ?? '').matchAll(/\]\(/g)]);
    const files = rows.flatMap((row) => [...(row.get('test') ?? '').matchAll(/\]\([^)]+\)(?=,? ")/g)]);
    expect(files).toHaveLength(links.length);
  });
});
