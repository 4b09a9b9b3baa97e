import { existsSync } from 'node:fs';
import { REFUSALS } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { codes, filesBelow, placeOf, rowsWith, textOf } from './repository.ts';

/** What ARCHITECTURE.md names is looked up: a map that has aged leads people astray with confidence. */
const page = textOf('ARCHITECTURE.md');

/** `server/x` is `packages/server/src/x`; likewise the other packages. */
function repositoryPath(path: string): string {
  return path.replace(/^(core|server|cli|demo)\//, 'packages/$1/src/');
}

/** Paths: anything with an ending of ours, and folders below a known place. Wire paths begin with a slash. */
function looksLikePath(code: string): boolean {
  if (!/^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(code)) return false;
  if (/\.(?:ts|md|json)$/.test(code)) return true;
  return /^(?:core|server|cli|demo|packages|test|docs|scripts)\//.test(code);
}

/** Names of the code: camelCase, PascalCase, UPPER_CASE, also as members. */
function looksLikeName(code: string): boolean {
  return /^[A-Za-z]\w*(?:\.[a-z]\w*)?$/.test(code) && /[a-z][A-Z]|^[A-Z]\w/.test(code);
}

describe('ARCHITECTURE.md', () => {
  it('names paths that exist', () => {
    const paths = codes(page).filter(looksLikePath);
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !existsSync(placeOf(repositoryPath(path))))).toEqual([]);
  });

  it('names functions, types and lists that stand in the sources', () => {
    const sources = ['packages', 'test']
      .flatMap((folder) => filesBelow(folder, '.ts'))
      .filter((file) => !file.startsWith('test/docs/'))
      .map(textOf)
      .join('\n');
    const words = new Set(sources.match(/\w+/g));
    const names = codes(page).filter((code) => looksLikeName(code) && !looksLikePath(code));
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => !name.split('.').every((part) => words.has(part)))).toEqual([]);
  });

  it('names refusals that exist', () => {
    const family = new RegExp(`^(?:${families().join('|')})\\.[a-z_]+$`);
    const refusals = codes(page).filter((code) => family.test(code));
    expect(refusals.length).toBeGreaterThan(5);
    expect(refusals.filter((code) => !Object.hasOwn(REFUSALS, code))).toEqual([]);
  });

  it('quotes every bound as it stands in the file of its row', () => {
    const rows = rowsWith(page, 'bound');
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.flatMap(misquoted)).toEqual([]);
  });
});

function families(): readonly string[] {
  return [...new Set(Object.keys(REFUSALS).map((code) => code.replace(/\..*/, '')))];
}

/** Bounds of one row that its file does not hold; `limits.x` is the key of the configuration. */
function misquoted(row: ReadonlyMap<string, string>): readonly string[] {
  const [file = ''] = codes(row.get('file') ?? '');
  const text = textOf(repositoryPath(file)).replace(/\s+/g, ' ');
  const settings = textOf('packages/server/src/config/schema/settings.ts');
  return codes(`${row.get('bound')} ${row.get('lives')}`)
    .filter((code) => {
      const limit = /^limits\.(\w+)$/.exec(code)?.[1];
      return limit === undefined ? !text.includes(code) : !settings.includes(`${limit}: size(`);
    })
    .map((code) => `${file}: ${code}`);
}
