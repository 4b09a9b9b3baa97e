import { resolve, dirname } from 'node:path';
import { err, ok, type Problem, type Result } from '@countersign/core';
import { readDocument, type SourceDocument } from './document.ts';
import { createInterpolator, type Sources } from './interpolate.ts';
import type { Config, StorageConfig } from './model.ts';
import { outlineOf } from './outline.ts';
import { configProblem, type ConfigProblem } from './problem.ts';
import { redact } from './redact.ts';
import { checkReferences } from './references.ts';
import { checkShape, type ShapeProblem } from './shape.ts';

export { formatProblem, type ConfigProblem } from './problem.ts';

/**
 * Configuration: text → variables → YAML → shape → references → the closed type `Config`. Read once, at the edge;
 * everything wrong is reported together, with positions, and no message holds a secret. Nothing is ever ignored.
 */

export interface ConfigSource extends Sources {
  /** The path as it was given; problems name it so. */
  readonly file: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Puts a problem that was found later into the file's terms. */
  readonly locate: (problem: Problem) => ConfigProblem;
}

export function loadConfig(source: ConfigSource): Result<LoadedConfig, readonly ConfigProblem[]> {
  const path = resolve(source.file);
  const text = source.readFile(path);
  if (!text.ok) {
    return err([configProblem(source.file, { line: 1, column: 1 }, { path: [], message: text.error })]);
  }
  const { substitute, brought } = createInterpolator(path, source);
  const document = readDocument(text.value, substitute);
  const locate = (problem: Problem & Partial<Pick<ShapeProblem, 'part'>>): ConfigProblem =>
    configProblem(source.file, document.placeOf(problem.path, problem.part), {
      ...problem,
      message: redact(problem.message, brought),
    });
  const unread = document.problems.map((problem) => configProblem(source.file, problem.place, problem));
  const checked = check(document);
  if (checked.ok && unread.length === 0) return ok({ config: withPaths(checked.value, path), locate });
  const found = checked.ok ? [] : checked.error.map(locate);
  return err([...unread, ...found].sort((a, b) => a.line - b.line || a.column - b.column));
}

function check({ value, problems }: SourceDocument): Result<Config, readonly (Problem | ShapeProblem)[]> {
  if (value === undefined) return err([]);
  const shape = checkShape(value);
  const references = checkReferences(outlineOf(value));
  if (shape.ok && references.length === 0) return shape;
  const found = [...(shape.ok ? [] : shape.error), ...references];
  // Where a value could not be read there is nothing more to say about it, or about what would be in it.
  const lost = new Set(problems.filter((problem) => problem.lost).map(({ path }) => JSON.stringify(path)));
  const isLost = (path: Problem['path']): boolean =>
    [path.length, ...path.keys()].some((length) => lost.has(JSON.stringify(path.slice(0, length))));
  return err(found.filter(({ path }) => !isLost(path)));
}

/** Relative paths are relative to the configuration file. */
function withPaths(config: Config, file: string): Config {
  return { ...config, storage: absolute(config.storage, dirname(file)) };
}

function absolute(storage: StorageConfig, directory: string): StorageConfig {
  return 'path' in storage ? { ...storage, path: resolve(directory, storage.path) } : storage;
}
