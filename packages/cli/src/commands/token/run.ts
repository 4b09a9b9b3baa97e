import { err, hasOpaqueForm, ok, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps, ServerPackage } from '../../deps.ts';
import { usage, type CliFailure, type Outcome } from '../../errors.ts';
import { readNamedFile } from '../../named-file.ts';
import { printData, printJson } from '../../output.ts';
import { readSecret } from '../../secret-source.ts';
import { decodeToken, type DecodedToken } from './decode.ts';
import type { Inspection } from './inspection.ts';
import { inspectOpaque } from './opaque.ts';
import type { InspectOptions } from './options.ts';
import { tokenProblems } from './problems.ts';
import { inspectionText } from './text.ts';

/** Bytes of a key set in a file: as many as are fetched. */
const JWKS_LIMIT = 256 * 1024;

/** Decodes, verifies where keys were given, and never sends the token anywhere: with `--fetch` only keys come in. */
export const runInspect: Run<InspectOptions> = async (options, deps) => {
  const token = await readSecret(options.token, deps);
  if (!token.ok) return err({ ...token.error, kind: 'usage' });
  if (hasOpaqueForm(token.value)) return print(inspectOpaque(token.value), options, deps);
  const decoded = decodeToken(token.value);
  if (!decoded.ok) return err(usage(decoded.error));
  const server = await deps.loadServer();
  const judged = await judgeSignature(decoded.value, options, server, deps);
  if (!judged.ok) return judged;
  const { header, claims } = decoded.value;
  const now = Math.floor(deps.now() / 1000);
  const { signature, reason, keys } = judged.value;
  const found = tokenProblems(header, claims, { now, algorithms: server.SUBJECT_ALGORITHMS });
  const inspection: Inspection = {
    header,
    claims,
    signature,
    problems: [
      ...(reason === undefined ? [] : [reason]),
      ...found,
      ...formProblems(token.value, found, server),
    ],
  };
  const printed = print(inspection, options, deps);
  if (keys === undefined) return printed;
  return err({ kind: keys === 'unreachable' ? 'network' : 'usage', message: reason ?? '' });
};

interface Judged {
  readonly signature: Inspection['signature'];
  readonly reason?: string;
  /** Why there was no key to hold it against. */
  readonly keys?: 'unreachable' | 'unreadable';
}

async function judgeSignature(
  token: DecodedToken,
  { keys }: InspectOptions,
  server: ServerPackage,
  deps: Deps,
): Promise<Result<Judged, CliFailure>> {
  if (keys === undefined) return ok({ signature: 'unknown' });
  if (keys.from === 'issuer') return ok(await server.verifyTokenSignature(token, keys));
  const jwks = await readNamedFile(keys.path, JWKS_LIMIT, deps);
  if (!jwks.ok) return jwks;
  return ok(await server.verifyTokenSignature(token, { from: 'jwks', jwks: jwks.value }));
}

/** The server reads one spelling of a token. When nothing else explains why it would not take this one, that does. */
function formProblems(token: string, found: readonly string[], server: ServerPackage): readonly string[] {
  if (server.isStrictToken(token) || found.length > 0) return [];
  return ['a server would not read it: it takes strict base64url without padding, and no member named twice'];
}

function print(inspection: Inspection, { format }: InspectOptions, deps: Deps): Outcome {
  if (format === 'json') printJson(deps, inspection);
  else for (const line of inspectionText(inspection, deps)) printData(deps, line);
  if (inspection.signature !== 'invalid') return ok(undefined);
  return err({ kind: 'refused', message: 'the signature is not good.' });
}
