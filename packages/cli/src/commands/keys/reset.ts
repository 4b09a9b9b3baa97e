import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import { usage } from '../../errors.ts';
import { printNote } from '../../output.ts';
import { startFailure } from '../../start-failure.ts';

export interface KeysResetOptions {
  /** `--config`. */
  readonly config?: string;
  /** `--yes`: whoever says it has read what stops working. */
  readonly yes: boolean;
}

/** What a person has to know before, and is told again afterwards. */
const STOPS_WORKING: readonly string[] = [
  'Signed access tokens stop working: the keys that verified them are gone.',
  'Opaque access tokens that the server holds in memory go on until they end; it refuses all others.',
  'Assertions of the gateway verify again once the services behind it have fetched the new key set.',
  'Checkpoints of the audit chain that were signed until now can no longer be verified with a key of this database.',
];

/** The way out when the encryption key is lost; refused while a server runs on the database. */
export const runKeysReset: Run<KeysResetOptions> = async ({ config, yes }, deps) => {
  if (!yes) return err(usage('keys reset throws every key away; say --yes to do it.', ...STOPS_WORKING));
  const server = await deps.loadServer();
  const done = await server.resetKeysOfStorage({
    configFile: server.findConfigFile(config, deps.env),
    env: deps.env,
  });
  if (!done.ok) return err(await startFailure(done.error, deps));
  printNote(deps, 'Every key ring is new.');
  for (const line of STOPS_WORKING) printNote(deps, `  ${line}`);
  return ok(undefined);
};
