import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesBelow, placeOf, textOf } from './repository.ts';

/** Pictures weigh on every clone for good. */
const MAX_PICTURE = 60_000;

const pictures = filesBelow('docs/screenshots', '.png');

describe('docs/guides/pages.md', () => {
  it('shows every picture there is, with words for who does not see it', () => {
    const shown = [...textOf('docs/guides/pages.md').matchAll(/!\[([^\]]{20,})\]\(\.\.\/([^)]+)\)/g)];
    expect(pictures.length).toBeGreaterThan(5);
    expect(shown.map(([, , path]) => `docs/${path}`).toSorted()).toEqual([...pictures].toSorted());
  });

  it('shows pictures that are small', () => {
    const large = pictures.filter((path) => statSync(placeOf(path)).size > MAX_PICTURE);
    expect(large).toEqual([]);
  });
});
