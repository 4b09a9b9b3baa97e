import { err, ok, presetForUrl, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { readNamedFile } from '../../named-file.ts';
import { printData, printJson } from '../../output.ts';
import type { IssuerOptions } from './options.ts';
import { presetPins } from './preset.ts';
import type { IssuerProbe, IssuerReport } from './report.ts';
import { failureText, probeText } from './text.ts';

/** Bytes of a file that a flag names: what the configuration takes. */
const FILE_LIMIT = 256 * 1024;

/** Asks the issuer for its keys the way the server would. */
export const runIssuerTest: Run<IssuerOptions> = async (options, deps) => {
  const { url, thumbprints, allowPrivate, proxy } = options;
  const ca = await readOptional(options.ca, deps);
  if (!ca.ok) return ca;
  const jwks = await readOptional(options.jwks, deps);
  if (!jwks.ok) return jwks;
  const server = await deps.loadServer();
  const unusable = ca.value === undefined ? undefined : server.certificatesFault(ca.value);
  if (unusable !== undefined) return err(usage(`--ca: ${unusable}.`));
  const probe = await server.probeIssuer(
    {},
    {
      url,
      allowPrivate,
      thumbprints,
      ...(ca.value === undefined ? {} : { ca: ca.value }),
      ...(jwks.value === undefined ? {} : { jwks: jwks.value }),
      ...(proxy === undefined ? {} : { proxy }),
    },
  );
  const preset = presetForUrl(url);
  const report: IssuerReport = {
    url,
    ...probe,
    ...(preset === undefined ? {} : { preset: presetPins(preset) }),
  };
  if (options.format === 'json') printJson(deps, report);
  else for (const line of probeText(report, deps)) printData(deps, line);
  return probe.failure === undefined ? ok(undefined) : err(failed(url, probe.failure));
};

/** Nobody answered: that is the network's fault, and may pass. Everything else is an answer, and not good. */
const NETWORK: ReadonlySet<string> = new Set(['name', 'connection', 'time', 'proxy']);

function failed(url: string, failure: NonNullable<IssuerProbe['failure']>): CliFailure {
  return {
    kind: NETWORK.has(failure.reason) ? 'network' : 'check_failed',
    message: `tokens of ${url} could not be verified: ${failureText(failure)}`,
  };
}

async function readOptional(
  path: string | undefined,
  deps: Deps,
): Promise<Result<string | undefined, CliFailure>> {
  if (path === undefined) return ok(undefined);
  return readNamedFile(path, FILE_LIMIT, deps);
}
