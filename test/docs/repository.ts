import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The pages that people read, and the files that they speak of. Paths begin at the root of the repository. */

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The absolute place of a path. */
export function placeOf(path: string): string {
  return resolve(root, path);
}

export function textOf(path: string): string {
  return readFileSync(placeOf(path), 'utf8');
}

/** Every file below a folder that ends so, installed and compiled ones left out. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(placeOf(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return /^(?:node_modules|dist)$/.test(entry.name) ? [] : filesBelow(path, ending);
    return entry.name.endsWith(ending) ? [relative(root, placeOf(path))] : [];
  });
}

/** The pages at the root and below `docs/`. */
export function pages(): readonly string[] {
  const top = readdirSync(placeOf('.')).filter((name) => name.endsWith('.md'));
  return [...top, ...filesBelow('docs', '.md')];
}

/** Markdown without its fenced blocks: what they show is an example, not a statement. */
export function withoutFences(markdown: string): string {
  return markdown.replace(/^```[^]*?^```$/gm, '');
}

/** What stands in backticks. */
export function codes(markdown: string): readonly string[] {
  return [...withoutFences(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The rows of every table whose head has this column: cells by the words of the head. */
export function rowsWith(markdown: string, column: string): readonly ReadonlyMap<string, string>[] {
  const found: ReadonlyMap<string, string>[] = [];
  let head: readonly string[] | undefined;
  for (const line of withoutFences(markdown).split('\n')) {
    if (!line.startsWith('|')) head = undefined;
    else if (head === undefined) head = cells(line);
    else if (!/^\|[\s|:-]+\|$/.test(line) && head.includes(column)) {
      const row = cells(line);
      found.push(new Map(head.map((name, index) => [name, row[index] ?? ''])));
    }
  }
  return found;
}

function cells(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
