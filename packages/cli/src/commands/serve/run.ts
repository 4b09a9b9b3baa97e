import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import { untilInterrupted } from '../../interruption.ts';
import { startFailure } from '../../start-failure.ts';
import { readVersion } from '../../version.ts';

export interface ServeOptions {
  /** `--config`. */
  readonly config?: string;
}

/** Runs until a signal asks it to end. The server itself logs that it listens. */
export const runServe: Run<ServeOptions> = async ({ config }, deps) => {
  const server = await deps.loadServer();
  const started = await server.startServer({
    configFile: server.findConfigFile(config, deps.env),
    env: deps.env,
    terminal: deps.stderr.isTTY,
    version: readVersion(),
  });
  if (!started.ok) return err(await startFailure(started.error, deps));
  const { value: running } = started;
  await untilInterrupted(
    deps,
    () => running.close(),
    () => void running.reload(),
  );
  return ok(undefined);
};
