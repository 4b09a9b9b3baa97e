import { err, ok, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { readNamedFile } from '../../named-file.ts';
import { printData, printJson } from '../../output.ts';
import { startFailure } from '../../start-failure.ts';
import type { VerifyOptions } from './options.ts';
import { verificationText } from './text.ts';

/** Bytes of checkpoints kept elsewhere: a line a minute for years. */
const SINCE_LIMIT = 64 * 1024 * 1024;

/** Whether the trail in storage is what was written to it. */
export const runAuditVerify: Run<VerifyOptions> = async ({ config, since, format }, deps) => {
  const kept = await readSince(since, deps);
  if (!kept.ok) return kept;
  const server = await deps.loadServer();
  const verified = await server.verifyAuditFromStorage({
    configFile: server.findConfigFile(config, deps.env),
    env: deps.env,
    now: Math.floor(deps.now() / 1000),
    ...(kept.value === undefined ? {} : { since: kept.value }),
  });
  if (!verified.ok) return err(await startFailure(verified.error, deps));
  const report = verified.value;
  if (format === 'json') printJson(deps, report);
  else for (const line of verificationText(report, deps)) printData(deps, line);
  return report.ok
    ? ok(undefined)
    : err({ kind: 'check_failed', message: 'the audit trail does not verify.' });
};

async function readSince(
  path: string | undefined,
  deps: Deps,
): Promise<Result<string | undefined, CliFailure>> {
  if (path === undefined) return ok(undefined);
  const read = await readNamedFile(path, SINCE_LIMIT, deps);
  if (!read.ok) return read;
  // The wrong file proves nothing about the trail: neither that it is whole nor that it is broken.
  return MAY_BE_CHECKPOINT.test(read.value) ? read : err(usage(`${path} holds no checkpoint.`));
}

/** A compact JWS, alone or in a log line. */
const MAY_BE_CHECKPOINT = /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/;
