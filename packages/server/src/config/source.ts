import { dirname, resolve } from 'node:path';
import { err, ok, type Claims, type Problem, type Result } from '@countersign/core';
import { readDocument, type SourceDocument } from './document.ts';
import { createInterpolator, type Sources } from './interpolate.ts';
import { readNamedFiles } from './named-files.ts';
import { outlineOf, type Outline } from './outline.ts';
import { configProblem, type ConfigProblem, type RuledProblem } from './problem.ts';
import { redact } from './redact.ts';
import type { ShapeProblem } from './shape.ts';

/** The file with everything that it brings in, read as far as it can be; what it means is not looked at here. */

export interface ConfigSource extends Sources {
  /** The path as it was given; problems name it so. */
  readonly file: string;
  /** Epoch milliseconds. Absent: nothing is said of what may have expired. */
  readonly now?: number;
}

export interface ReadSource {
  /** Absolute. */
  readonly path: string;
  readonly now: number | undefined;
  readonly document: SourceDocument;
  readonly outline: Outline;
  /** What could not be read. */
  readonly unread: readonly ConfigProblem[];
  /** Whether nothing more can be said about a path, because its value could not be read. */
  readonly isLost: (path: Problem['path']) => boolean;
  readonly locate: (problem: RuledProblem & Partial<Pick<ShapeProblem, 'part'>>) => ConfigProblem;
}

export function readSource(source: ConfigSource): Result<ReadSource, readonly ConfigProblem[]> {
  const path = resolve(source.file);
  const text = source.readFile(path);
  if (!text.ok) {
    return err([configProblem(source.file, { line: 1, column: 1 }, { path: [], message: text.error })]);
  }
  const { substitute, brought } = createInterpolator(path, source);
  const document = readDocument(text.value, substitute);
  const named = readNamedFiles(document.value ?? null, (name) =>
    source.readFile(resolve(dirname(path), name)),
  );
  const locate: ReadSource['locate'] = (problem) =>
    configProblem(
      source.file,
      document.placeOf(problem.path, problem.part),
      withoutSecrets(problem, brought),
    );
  const unread = document.problems.map((problem) => configProblem(source.file, problem.place, problem));
  const lost = [...document.problems.filter((problem) => problem.lost), ...named.problems];
  return ok({
    path,
    now: source.now,
    document: document.value === undefined ? document : { ...document, value: named.value },
    outline: outlineOf(named.value),
    unread: [...unread, ...named.problems.map(locate)],
    isLost: liesBelow(lost),
    locate,
  });
}

function withoutSecrets({ example, ...problem }: RuledProblem, brought: ReadonlySet<string>): RuledProblem {
  const clean = { ...problem, message: redact(problem.message, brought) };
  return example === undefined || holdsSecret(example, brought) ? clean : { ...clean, example };
}

function holdsSecret(example: Claims, brought: ReadonlySet<string>): boolean {
  const text = JSON.stringify(example);
  return redact(text, brought) !== text;
}

/** Where a value could not be read there is nothing more to say about it, or about what would be in it. */
function liesBelow(lost: readonly Problem[]): ReadSource['isLost'] {
  const paths = new Set(lost.map(({ path }) => JSON.stringify(path)));
  return (path) =>
    [path.length, ...path.keys()].some((length) => paths.has(JSON.stringify(path.slice(0, length))));
}
