import { isDeepStrictEqual } from 'node:util';
import type { Claims, UserPrincipal } from '@countersign/core';
import { recognise } from '../exchange/recognise.ts';
import { bindings, identityId, principalOf, refusalOf } from '../exchange/sign-in.ts';
import type { Unit } from '../storage/port.ts';
import {
  parseSessionToken,
  refreshSession,
  tokensOfSession,
} from '../storage/repositories/browser-sessions.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import {
  findHeld,
  keepRefreshed,
  parseDueSession,
  type DueSession,
} from '../storage/repositories/session-refresh.ts';
import type { EndReason } from './end-session.ts';
import { MAX_TOKENS } from './further-token.ts';
import { idTokenPlace, refreshTokenPlace } from './places.ts';
import type { RefreshAnswer } from './provider-client.ts';
import { nowOf, type Known, type RefreshDeps, type Refreshed } from './refresh-model.ts';
import { nextRefresh } from './refresh-time.ts';
import { refreshedClaims } from './refreshed-claims.ts';

/**
 * What a provider has said is kept: its new refresh token and who the person is now, for every token of the session, in
 * one commit. The old refresh token may be spent: it is tried again until storage has taken the new one, for as long
 * as the lease lasts.
 */
export interface Answered extends Known {
  readonly session: DueSession;
  readonly holder: string;
  /** The one that was asked with. */
  readonly refreshToken: string;
  readonly answer: RefreshAnswer;
}

/** Times that it is tried, and milliseconds before the second; each wait is twice the last. */
const ATTEMPTS = 8;
const FIRST_WAIT = 250;

/** Seconds, where the provider does not say when what it gave ends. */
const ASK_EVERY = 3600;

export async function commitRefresh(
  deps: RefreshDeps,
  answered: Answered,
  end: (reason: EndReason) => Promise<Refreshed>,
): Promise<Refreshed> {
  let { session } = answered;
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    if (tries > 0) {
      await deps.pause(FIRST_WAIT * 2 ** (tries - 1));
      const again = await readAgain(deps, answered);
      if (again === 'unavailable') continue;
      if (again === 'elsewhere') return again;
      session = again;
    }
    const person = await personNow(deps, answered);
    if (person === 'not_recognised') return end(person);
    if (person === 'unavailable') continue;
    if (await commit(deps, { ...answered, session }, person)) return 'refreshed';
  }
  deps.logger.error('what an identity provider gave for a session could not be stored', {
    token: session.id,
  });
  return 'unavailable';
}

/** Whatever stood in the way: a further token, another version of the members, or that the session is over. */
async function readAgain(
  { reader, live }: RefreshDeps,
  { session, holder }: Answered,
): Promise<DueSession | 'elsewhere' | 'unavailable'> {
  const rows = await reader.read(findHeld(session.id, holder));
  if (!rows.ok || !(await live.reload()).ok) return 'unavailable';
  const [row] = rows.value;
  return row ? parseDueSession(row) : 'elsewhere';
}

interface PersonNow {
  readonly principal: UserPrincipal;
  readonly claims: Claims;
  /** What they are newly bound to, and the version that it was decided on. */
  readonly bound: ReturnType<typeof bindings>;
}

/** `undefined`: nobody has said anything new. */
async function personNow(
  deps: RefreshDeps,
  { session, holder, provider, token, answer }: Answered,
): Promise<PersonNow | undefined | 'not_recognised' | 'unavailable'> {
  if (answer.claims === undefined) return undefined;
  const claims = refreshedClaims(token.claims, answer.claims);
  const person = { provider, subject: session.subject, claims };
  const attempt = { id: holder, time: deps.clock.now() };
  const recognised = await recognise(deps, person, identityId(attempt));
  if (recognised === 'unavailable') return recognised;
  // The session of one organization alone is no session of another.
  const { organization } = token;
  const isTheirs = organization === undefined || recognised.organizations.includes(organization);
  if (refusalOf(recognised) || !isTheirs) return 'not_recognised';
  const principal = principalOf(person, recognised);
  const isNew = !isDeepStrictEqual(
    { principal, claims },
    { principal: token.principal, claims: token.claims },
  );
  return isNew ? { principal, claims, bound: bindings({ ...person, attempt }, recognised) } : undefined;
}

async function commit(
  deps: RefreshDeps,
  answered: Answered,
  person: PersonNow | undefined,
): Promise<boolean> {
  const { session, holder } = answered;
  const kept = keptOf(deps, answered);
  if (person === undefined) return (await deps.writer.write([keepRefreshed(session, holder, kept)])).ok;
  const now = nowOf(deps);
  const rows = await deps.reader.read(tokensOfSession(session.id, now, MAX_TOKENS));
  if (!rows.ok) return false;
  const tokens = rows.value.map(parseSessionToken);
  const { principal, claims, bound } = person;
  const hashes = tokens.map(({ hash }) => Buffer.from(hash).toString('base64url'));
  const unit: Unit = [
    // Nothing was made for it since the tokens were read, or this begins anew.
    keepRefreshed(session, holder, kept),
    ...(bound.bindings ?? []),
    refreshSession(session.id, { principal, claims, at: now }),
    insertChange('session.refreshed', { hashes }, now),
  ];
  const event = {
    event: 'session.refreshed',
    time: deps.clock.now(),
    token: session.id,
    actor: 'server',
  } as const;
  const written = await deps.decisions.changed(
    { ...event, ...(bound.detail && { detail: bound.detail }) },
    unit,
  );
  // Whatever became of the commit: the next use asks storage.
  for (const { hash } of tokens) deps.table.remove(hash);
  return written.ok;
}

function keptOf({ vault, clock }: RefreshDeps, { session: { id }, answer, refreshToken }: Answered) {
  const now = nowOf({ clock });
  const { idToken, refreshBy } = answer;
  return {
    refreshToken: vault.seal(refreshTokenPlace(id), answer.refreshToken ?? refreshToken),
    ...(idToken !== undefined && { idToken: vault.seal(idTokenPlace(id), idToken) }),
    refreshAt: refreshBy === undefined ? now + ASK_EVERY : nextRefresh(refreshBy, now),
  };
}
