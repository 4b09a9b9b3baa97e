import { err, ok, type Claims, type Result } from '@countersign/core';
import { START } from '../../programmatic/testing/people.ts';
import type { OpenedSession, SignedInPerson } from '../model.ts';
import type { ProviderFault, RefreshAnswer } from '../provider-client.ts';
import type { RefreshDeps, Refreshed } from '../refresh-model.ts';
import { refreshSession } from '../refresh-session.ts';
import { ADA, type Browsers } from './house.ts';

/** Sessions whose provider is to be asked again, and providers that say what a test wants. */

export type Said = Result<RefreshAnswer, ProviderFault>;

/** Every refresh token that it was asked with. */
export function saying(...answers: readonly (Said | (() => Promise<Said>))[]) {
  const asked: string[] = [];
  const refresh: RefreshDeps['providerClient']['refresh'] = async (_provider, refreshToken) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? err('unreachable');
    asked.push(refreshToken);
    return typeof answer === 'function' ? answer() : answer;
  };
  return { asked, providerClient: { refresh } };
}

export const GIVEN = { refreshToken: 'first', refreshBy: START + 3600 };

export function nowIn({ people }: Browsers): number {
  return Math.floor(people.time.now / 1000);
}

/** A yes, with another refresh token. */
export function yesIn(browsers: Browsers) {
  return (claims: Claims = ADA, more: Partial<RefreshAnswer> = {}): Said =>
    ok({
      claims,
      idToken: 'id.token.y',
      refreshToken: 'second',
      refreshBy: nowIn(browsers) + 3600,
      ...more,
    });
}

export function refreshIn(
  { deps, people }: Browsers,
  id: string,
  over: Partial<RefreshDeps> = {},
): Promise<Refreshed> {
  const silent = { refresh: async () => err('unreachable' as const) };
  const own = { writer: people.database, providerClient: silent, pause: async () => undefined };
  return refreshSession({ ...deps, ...own, ...over }, id);
}

/** A session whose provider is to be asked now. */
export async function dueIn(
  browsers: Browsers,
  claims: Claims = ADA,
  given: Partial<SignedInPerson> = GIVEN,
): Promise<OpenedSession> {
  const session = await browsers.open(claims, given);
  browsers.people.time.now = (START + 3600) * 1000;
  return session;
}

export async function rowIn({ people }: Browsers, id: string) {
  const read = await people.database.read({
    sql: 'select * from "session" where "id" = ?',
    parameters: [id],
  });
  return read.ok ? read.value[0] : undefined;
}

export async function eventsIn({ people }: Browsers, event: string): Promise<readonly unknown[]> {
  const read = await people.database.read({
    sql: 'select "detail" from "audit" where "event" = ?',
    parameters: [event],
  });
  return read.ok ? read.value.map(({ detail }) => JSON.parse(String(detail ?? 'null')) as unknown) : [];
}

export async function principalIn({ deps }: Browsers, value: string) {
  const presented = await deps.present(value);
  return presented.state === 'live' ? presented.token.principal : presented.state;
}

/** Tokens that other processes were last told to forget. */
export async function toldIn({ people }: Browsers): Promise<readonly unknown[]> {
  const read = await people.database.read({
    sql: `select "payload" from "change" where "kind" = 'session.refreshed' order by "seq" desc limit 1`,
    parameters: [],
  });
  const payload = JSON.parse(String(read.ok ? read.value[0]?.['payload'] : '{}')) as {
    hashes: readonly unknown[];
  };
  return payload.hashes;
}
