import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';
import { callAsAdministrator } from '../../administrator.ts';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { readNamedFile } from '../../named-file.ts';
import { printData, printJson } from '../../output.ts';
import { readSecret } from '../../secret-source.ts';
import { startFailure } from '../../start-failure.ts';
import type { ClaimsQuestion, ExplainOptions, TokenQuestion } from './options.ts';
import { explanationText } from './text.ts';

/** A decision, a token or made-up claims, and why: the same JSON and the same lines whoever explained it. */
export const runExplain: Run<ExplainOptions> = async (options, deps) => {
  const found = await explanationOf(options, deps);
  if (!found.ok) return found;
  if (options.format === 'json') printJson(deps, found.value);
  else for (const line of explanationText(found.value, deps)) printData(deps, line);
  return ok(undefined);
};

type Explained = Result<Claims, CliFailure>;

function explanationOf(options: ExplainOptions, deps: Deps): Promise<Explained> {
  switch (options.from) {
    case 'api':
      return callAsAdministrator({ ...options, method: 'GET', what: 'reading a decision' }, deps);
    case 'storage':
      return fromStorage(options, deps);
    case 'token':
      return fromToken(options, deps);
    case 'claims':
      return fromClaims(options, deps);
  }
}

async function fromStorage(
  { config, decision }: Extract<ExplainOptions, { from: 'storage' }>,
  deps: Deps,
): Promise<Explained> {
  const server = await deps.loadServer();
  const configFile = server.findConfigFile(config, deps.env);
  const found = await server.explainFromStorage({ configFile, env: deps.env, decision });
  if (!found.ok) return err(await startFailure(found.error, deps));
  if (found.value === undefined) return err(usage(`there is no decision ${decision} here.`));
  return ok(asSent(found.value));
}

/** The token is read, and never leaves this process. */
async function fromToken(question: TokenQuestion, deps: Deps): Promise<Explained> {
  const token = await readSecret(question.token, deps);
  if (!token.ok) return token;
  const { type, scope, organization, config } = question;
  return underConfiguration(
    {
      kind: 'token',
      token: token.value,
      type,
      scope,
      ...(organization === undefined ? {} : { organization }),
    },
    config,
    deps,
  );
}

async function fromClaims(question: ClaimsQuestion, deps: Deps): Promise<Explained> {
  const claims = await readClaims(question.claims, deps);
  if (!claims.ok) return claims;
  const { issuer, type, scope, ask } = question;
  if (ask.who === 'configuration') {
    return underConfiguration(
      { kind: 'claims', issuer, claims: claims.value, type, scope },
      ask.config,
      deps,
    );
  }
  const body = { issuer, claims: claims.value, request: { type, scope } };
  return callAsAdministrator({ ...ask, method: 'POST', body, what: 'asking what policies say' }, deps);
}

type Question = Parameters<Awaited<ReturnType<Deps['loadServer']>>['explainOffline']>[0]['question'];

async function underConfiguration(
  question: Question,
  config: string | undefined,
  deps: Deps,
): Promise<Explained> {
  const server = await deps.loadServer();
  const found = await server.explainOffline({
    configFile: server.findConfigFile(config, deps.env),
    env: deps.env,
    question,
    now: Math.floor(deps.now() / 1000),
  });
  if (found.ok) return ok(asSent(found.value));
  if (found.error.kind === 'question') return err(usage(found.error.message));
  return err(await startFailure(found.error, deps));
}

/** What an API would have sent: the same value, through the same JSON. */
function asSent(value: unknown): Claims {
  return JSON.parse(JSON.stringify(value)) as Claims;
}

/** Bytes of made-up claims. */
const CLAIMS_LIMIT = 64 * 1024;

/** Claims are no secret, so they may stand on the command line. */
async function readClaims(source: string, deps: Deps): Promise<Explained> {
  const text = source.trimStart().startsWith('{') ? ok(source) : await readText(source, deps);
  if (!text.ok) return text;
  try {
    const claims = JSON.parse(text.value) as Json;
    if (isObject(claims)) return ok(claims);
  } catch {
    // Said below: what was given may be a token by mistake, and no message repeats it.
  }
  return err(usage('the claims are not a JSON object.'));
}

async function readText(source: string, deps: Deps): Promise<Result<string, CliFailure>> {
  if (source === '-') {
    const text = await deps.readStdin(CLAIMS_LIMIT);
    return text === undefined ? err(usage('standard input is too long for claims.')) : ok(text);
  }
  return readNamedFile(source, CLAIMS_LIMIT, deps);
}
