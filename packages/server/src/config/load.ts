import { dirname, resolve } from 'node:path';
import { err, ok, type CompileOptions, type ConditionCompiler, type Result } from '@countersign/core';
import { checkConditions, hasConditions } from './conditions.ts';
import { lintCertificates } from './lint-certificates.ts';
import { lintRoutes } from './lint-routes.ts';
import { lintIssuers } from './lint.ts';
import type { Config, RouteConfig, StorageConfig } from './model.ts';
import type { ConfigFinding, ConfigProblem, RuledProblem } from './problem.ts';
import { checkReferences } from './references.ts';
import { checkShape } from './shape.ts';
import { readSource, type ConfigSource, type ReadSource } from './source.ts';

export { formatProblem, type ConfigFinding, type ConfigProblem } from './problem.ts';
export type { ConfigSource } from './source.ts';

/**
 * Configuration: text → variables → YAML → named files → shape → references → lint → the closed type `Config`. Read
 * once, at the edge; everything wrong is reported together, with positions, and no message holds a secret. Nothing is
 * ever ignored.
 */

/** Also what `compileSnapshot` needs besides the configuration. */
export interface LoadedConfig extends CompileOptions {
  readonly config: Config;
  /** Warnings of lint, in the order of the file. Its errors are problems. */
  readonly findings: readonly ConfigFinding[];
  /** Puts a problem that was found later into the file's terms. */
  readonly locate: (problem: RuledProblem) => ConfigProblem;
}

type Loaded = Result<LoadedConfig, readonly ConfigProblem[]>;

/** Loads the file, and the engine of conditions when it has one: start-up must not pay for what it does not use. */
export async function loadConfigFile(source: ConfigSource): Promise<Loaded> {
  const read = readSource(source);
  if (!read.ok) return read;
  if (!hasConditions(read.value.outline)) return judge(read.value, undefined);
  const { celConditions } = await import('@countersign/core/condition');
  return judge(read.value, celConditions);
}

/** Loads a file with an engine of conditions at hand, or one that has none. */
export function loadConfig(source: ConfigSource, { conditions }: CompileOptions = {}): Loaded {
  const read = readSource(source);
  return read.ok ? judge(read.value, conditions) : read;
}

function judge(read: ReadSource, conditions: ConditionCompiler | undefined): Loaded {
  const { document, outline, locate } = read;
  const shape = document.value === undefined ? undefined : checkShape(document.value);
  const lint = lintIssuers(document.value ?? null, outline, conditions);
  const found = [
    ...(shape === undefined || shape.ok ? [] : shape.error),
    ...checkReferences(outline),
    ...checkConditions(outline, conditions),
    ...lint.errors,
  ];
  const problems = [...read.unread, ...found.filter(({ path }) => !read.isLost(path)).map(locate)];
  if (!shape?.ok || problems.length > 0) return err(inOrder(problems));
  const warnings = [
    ...lint.warnings,
    ...lintCertificates(shape.value, read.now),
    ...lintRoutes(shape.value, { conditions }),
  ];
  const findings = inOrder(warnings.map((warning) => ({ ...locate(warning), rule: warning.rule })));
  return ok({ config: withPaths(shape.value, read.path), findings, locate, conditions });
}

function inOrder<P extends ConfigProblem>(problems: readonly P[]): readonly P[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** Relative paths are relative to the configuration file. */
function withPaths(config: Config, file: string): Config {
  const folder = dirname(file);
  const routes = config.routes.map((route) => withSocketPaths(route, folder));
  return { ...config, storage: absolute(config.storage, folder), routes };
}

function withSocketPaths(route: RouteConfig, folder: string): RouteConfig {
  if (route.to?.targets.every(({ socketPath }) => socketPath === undefined) !== false) return route;
  const targets = route.to.targets.map((target) =>
    target.socketPath === undefined ? target : { ...target, socketPath: resolve(folder, target.socketPath) },
  );
  return { ...route, to: { ...route.to, targets } };
}

function absolute(storage: StorageConfig, directory: string): StorageConfig {
  return 'path' in storage ? { ...storage, path: resolve(directory, storage.path) } : storage;
}
