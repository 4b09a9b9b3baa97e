import { err, ok, type Claims, type Result } from '@countersign/core';
import { call } from '../../call.ts';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { printData, printJson } from '../../output.ts';
import { readSecret } from '../../secret-source.ts';
import { startFailure } from '../../start-failure.ts';
import type { ExplainOptions } from './options.ts';
import { explanationText } from './text.ts';

/** A decision and why, from a server or from storage: the same either way. */
export const runExplain: Run<ExplainOptions> = async (options, deps) => {
  const found = options.from === 'api' ? await fromApi(options, deps) : await fromStorage(options, deps);
  if (!found.ok) return found;
  if (options.format === 'json') printJson(deps, found.value);
  else for (const line of explanationText(found.value, deps)) printData(deps, line);
  return ok(undefined);
};

async function fromApi(
  { url, accessToken, decision }: Extract<ExplainOptions, { from: 'api' }>,
  deps: Deps,
): Promise<Result<Claims, CliFailure>> {
  const token = await readSecret(accessToken, deps);
  if (!token.ok) return token;
  const answer = await call(
    { method: 'GET', url, headers: { authorization: `Bearer ${token.value}` } },
    deps,
  );
  if (!answer.ok) return answer;
  const { status, json } = answer.value;
  if (status === 200 && json !== undefined) return ok(json);
  switch (status) {
    case 401:
      return err({ kind: 'no_credential', message: 'the server does not know this access token.' });
    case 403:
      return err({
        kind: 'refused',
        message: 'reading a decision takes an administrator, and this token is none.',
      });
    case 404:
      return err(noSuchDecision(decision));
    default:
      return err({ kind: 'server_error', message: `${url} answered ${status} without a decision.` });
  }
}

async function fromStorage(
  { config, decision }: Extract<ExplainOptions, { from: 'storage' }>,
  deps: Deps,
): Promise<Result<Claims, CliFailure>> {
  const server = await deps.loadServer();
  const configFile = server.findConfigFile(config, deps.env);
  const found = await server.explainFromStorage({ configFile, env: deps.env, decision });
  if (!found.ok) return err(await startFailure(found.error, deps));
  if (found.value === undefined) return err(noSuchDecision(decision));
  // What the API would have sent: the same value, through the same JSON.
  return ok(JSON.parse(JSON.stringify(found.value)) as Claims);
}

function noSuchDecision(decision: string): CliFailure {
  return usage(`there is no decision ${decision} here.`);
}
