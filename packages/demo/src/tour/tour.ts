import { err, ok, type Claims, type Result } from '@countersign/core';
import type { DemoAddresses } from '../announcement.ts';
import {
  assertionOf,
  callWith,
  callWithout,
  exchangeRequest,
  exchangeUrl,
  explain,
  mint,
  mintUrl,
  ordersUrl,
  personRequest,
} from './calls.ts';
import { sendForJson, stringOf } from './client.ts';
import { decodedClaims } from './jwt.ts';
import { abbreviated, line, pairs, pick, step, type Print } from './story.ts';

/** What went otherwise than the story says. The tour is also a smoke test: then it fails. */
export interface TourFailure {
  readonly message: string;
}

/** Tells the whole story on real requests to a running demo; every line shows what came back. */
export async function tour(demo: DemoAddresses, print: Print): Promise<Result<void, TourFailure>> {
  const told = await tell(demo, print);
  return told.ok ? told : err({ message: told.error });
}

async function tell(demo: DemoAddresses, print: Print): Promise<Result<void, string>> {
  const minted = await showMint(demo, print);
  if (!minted.ok) return minted;
  const exchanged = await showExchange(demo, print, minted.value);
  if (!exchanged.ok) return exchanged;
  const passed = await showProtected(demo, print, exchanged.value);
  if (!passed.ok) return passed;
  const refused = await showRefusal(demo, print);
  if (!refused.ok) return refused;
  return showPerson(demo, print);
}

async function showMint(demo: DemoAddresses, print: Print): Promise<Result<string, string>> {
  step(print, 1, 'Mint: a job of GitHub Actions, on the main branch, gets its identity token');
  line(print, `POST ${mintUrl(demo, 'github')}`);
  const token = await mint(demo, 'github', 'main');
  if (!token.ok) return token;
  line(print, `→ 200, a signed token: ${abbreviated(token.value)}`);
  step(print, 2, 'Read: what the token claims');
  const claims = decodedClaims(token.value);
  if (!claims.ok) return claims;
  const shown = ['iss', 'aud', 'sub', 'event_name', 'ref', 'repository', 'repository_id', 'actor'];
  pairs(print, pick(claims.value, shown));
  line(print, `and ${Object.keys(claims.value).length - shown.length} more`);
  return token;
}

async function showExchange(
  demo: DemoAddresses,
  print: Print,
  token: string,
): Promise<Result<string, string>> {
  step(print, 3, 'Exchange: the identity token for a short-lived access token of team platform');
  line(print, `POST ${exchangeUrl(demo)}`);
  const answer = await sendForJson(exchangeRequest(demo, token), 200);
  if (!answer.ok) return answer;
  const access = stringOf(answer.value, 'access_token');
  if (!access.ok) return access;
  line(print, '→ 200');
  pairs(print, { ...answer.value, access_token: abbreviated(access.value) });
  return access;
}

async function showProtected(
  demo: DemoAddresses,
  print: Print,
  token: string,
): Promise<Result<void, string>> {
  step(print, 4, 'Call: a service behind the gateway');
  line(print, `GET ${ordersUrl(demo)}  (without a token)`);
  const without = await callWithout(demo);
  if (!without.ok) return without;
  if (without.value.status !== 401) return err(`without a token: ${without.value.status}, expected 401`);
  line(print, `→ 401, WWW-Authenticate: ${without.value.headers['www-authenticate'] ?? ''}`);
  line(print, `GET ${ordersUrl(demo)}  (Authorization: Bearer ${token.slice(0, 8)}…)`);
  const seen = await callWith(demo, token);
  if (!seen.ok) return seen;
  line(print, '→ 200, and the service behind it saw');
  return showSeen(demo, print, seen.value);
}

/** The headers that matter, and the assertion decoded after its signature has been checked. */
async function showSeen(demo: DemoAddresses, print: Print, seen: Claims): Promise<Result<void, string>> {
  const assertion = await assertionOf(demo, seen);
  if (!assertion.ok) return assertion;
  if (seen['authorization'] !== undefined)
    return err('the access token reached the service behind the gateway');
  pairs(print, {
    ...pick(seen, ['host', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-request-id']),
    authorization: '(removed)',
    'x-pomerium-jwt-assertion': 'signed by the gateway, verified, and it says',
  });
  pairs(
    (text) => print(`  ${text}`),
    pick(assertion.value, ['iss', 'aud', 'sub', 'email', 'name', 'groups', 'org', 'team', 'iat', 'exp']),
  );
  return ok(undefined);
}

async function showRefusal(demo: DemoAddresses, print: Print): Promise<Result<void, string>> {
  step(print, 5, "Refuse: the same repository and workflow, run for a pull request from somebody's fork");
  const token = await mint(demo, 'github', 'pull_request');
  if (!token.ok) return token;
  const claims = decodedClaims(token.value);
  if (!claims.ok) return claims;
  pairs(print, pick(claims.value, ['sub', 'event_name', 'ref', 'repository', 'repository_id', 'actor']));
  line(print, `POST ${exchangeUrl(demo)}`);
  const refusal = await sendForJson(exchangeRequest(demo, token.value), 400);
  if (!refusal.ok) return refusal;
  line(print, '→ 400, and the caller learns no more than');
  pairs(
    print,
    pick(refusal.value, ['error', 'error_description', 'code', 'decision_id', 'retryable', 'hint']),
  );
  const decision = stringOf(refusal.value, 'decision_id');
  return decision.ok ? showExplanation(demo, print, decision.value) : decision;
}

async function showExplanation(
  demo: DemoAddresses,
  print: Print,
  decision: string,
): Promise<Result<void, string>> {
  line(print, `GET ${demo.service}/api/decisions/${decision}  (as the administrator)`);
  const explained = await explain(demo, decision);
  if (!explained.ok) return explained;
  const { explanation } = explained.value;
  if (!Array.isArray(explanation) || explanation.length === 0)
    return err('the decision came without an explanation');
  line(print, '→ 200, and the administrator learns why');
  for (const sentence of explanation) line(print, `  ${String(sentence)}`);
  return ok(undefined);
}

async function showPerson(demo: DemoAddresses, print: Print): Promise<Result<void, string>> {
  step(print, 6, 'A person: an id_token of the company for a session, then the same service');
  const idToken = await mint(demo, 'corp', 'ada');
  if (!idToken.ok) return idToken;
  const request = personRequest(demo, idToken.value);
  line(print, `POST ${request.url}`);
  const session = await sendForJson(request, 200);
  if (!session.ok) return session;
  const token = stringOf(session.value, 'Token');
  if (!token.ok) return token;
  line(print, '→ 200');
  pairs(print, { ...session.value, Token: abbreviated(token.value) });
  const seen = await callWith(demo, token.value);
  if (!seen.ok) return seen;
  line(print, `GET ${ordersUrl(demo)}  (Authorization: Bearer ${token.value.slice(0, 8)}…)`);
  line(print, '→ 200, and the service behind it saw');
  return showSeen(demo, print, seen.value);
}
