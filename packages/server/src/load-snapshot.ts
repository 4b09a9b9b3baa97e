import { err, type Result } from '@countersign/core';
import { loadConfigFile, type ConfigProblem } from './config/load.ts';
import { readTextFile } from './config/text-file.ts';
import { compileSnapshot } from './snapshot/compile.ts';
import type { Snapshot } from './snapshot/model.ts';

/** A configuration as `serve` would run it, for tools that run nothing: the two steps that `serve` begins with. */
export async function loadSnapshot(options: {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<Result<Snapshot, readonly ConfigProblem[]>> {
  const { configFile: file, env } = options;
  const loaded = await loadConfigFile({ file, env, readFile: readTextFile, now: Date.now() });
  if (!loaded.ok) return loaded;
  const { config, locate, conditions } = loaded.value;
  const compiled = compileSnapshot(config, { conditions });
  return compiled.ok ? compiled : err(compiled.error.map(locate));
}
