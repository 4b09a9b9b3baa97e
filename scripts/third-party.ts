import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The notices that have to travel with the code of other people once it is part of our files. It must never leave a
 * package out: one that says nowhere under which licence it stands fails the build.
 */

/** The text of `THIRD-PARTY.txt`, from the files whose code is in the bundle. */
export function thirdPartyNotices(files: readonly string[]): string {
  const foreign = files.filter((file) => file.includes('/node_modules/'));
  const folders = [...new Set(foreign.map(packageFolder))].toSorted();
  const notices = folders.map((folder) =>
    notice(
      folder,
      foreign.filter((file) => packageFolder(file) === folder),
    ),
  );
  return `countersign contains code of the packages below, each under its own licence.\n\n${notices.join(RULE)}`;
}

const RULE = `\n${'-'.repeat(80)}\n\n`;

function packageFolder(file: string): string {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  if (folder === undefined) throw new Error(`${file} belongs to no package`);
  return folder;
}

function notice(folder: string, files: readonly string[]): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const texts = [...licenceFiles(folder), ...headers(files)];
  if (manifest.license === undefined || texts.length === 0) throw new Error(`${folder} names no licence`);
  return `${manifest.name} ${manifest.version}, ${manifest.license}\n\n${texts.join('\n\n')}\n`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

function licenceFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^(?:licen[cs]e|notice|copying)/i.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}

/** What stands above the code of each file, where it claims a copyright: the bundler drops such comments. */
function headers(files: readonly string[]): readonly string[] {
  const comments = files.filter(existsSync).map((file) => leadingComment(readFileSync(file, 'utf8')));
  return [...new Set(comments.filter((comment) => /copyright/i.test(comment)))];
}

function leadingComment(code: string): string {
  return (/^(?:\s*(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/))+/.exec(code)?.[0] ?? '').trim();
}
