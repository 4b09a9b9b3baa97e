import { textOf } from './repository.ts';

/** What a guide shows, block by block, so that a test can do what its reader does. */

export function blocks(guide: string, language: string): readonly string[] {
  const text = textOf(`docs/guides/${guide}.md`);
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  );
}

/** The blocks that are a whole `countersign.yaml`. */
export function wholeFiles(guide: string): readonly string[] {
  return blocks(guide, 'yaml').filter((block) => block.startsWith('listen: '));
}

/** The one block that has this in it. */
export function blockWith(guide: string, language: string, part: string): string {
  const found = blocks(guide, language).filter((block) => block.includes(part));
  if (found.length !== 1) throw new Error(`${guide}: ${found.length} blocks of ${language} have ${part}`);
  return found[0] ?? '';
}
