import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { errorPages } from '../../scripts/write-error-pages.ts';

const folder = new URL('../../docs/errors/', import.meta.url);

it('docs/errors holds exactly the pages that the list of refusals gives', async () => {
  const pages = errorPages();
  expect((await readdir(folder)).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(await readFile(new URL(name, folder), 'utf8'), name).toBe(text);
});
