import type { Claims } from '@countersign/core';
import { createVault } from '../../keys/vault.ts';
import { QUIET } from '../../audit/testing/trail.ts';
import { house, startPeople, type People, type Process } from '../../programmatic/testing/people.ts';
import { openSqlite } from '../../storage/engine/sqlite.ts';
import { createSessions } from '../create-sessions.ts';
import type { SessionsDeps } from '../deps.ts';
import { hashNonce } from '../hand-over.ts';
import type { Device, HandOver, LiveSession, OpenedSession, Sessions, SignedInPerson } from '../model.ts';

/** Sessions on a real database, without a provider: what it would have said of a person is said by the test. */
export interface Browsers {
  readonly people: People;
  readonly process: Process;
  readonly deps: SessionsDeps;
  readonly sessions: Sessions;
  open(claims?: Claims, more?: Partial<SignedInPerson>): Promise<OpenedSession>;
  /** As the service host finds it by its cookie. */
  live(session: OpenedSession): Promise<LiveSession>;
  /** The cookie of a route host. */
  handOver(session: OpenedSession, host?: string): Promise<string>;
  readonly stateOf: (value: string) => Promise<string>;
}

export const DEVICE: Device = { remoteAddress: '192.0.2.1', userAgent: 'Firefox on Linux' };

export const NONCE = 'a-nonce';

export function handOverTo(host = 'app.example', over: Partial<HandOver> = {}): HandOver {
  return { host, nonceHash: hashNonce(NONCE), returnTo: `https://${host}/page?q=1`, ...over };
}

/** Who Ada is at her provider. */
export const ADA: Claims = { sub: '1001', email: 'ada@acme.example', email_verified: true };

/** A second process on the same storage is given `people` of the first. */
export async function startBrowsers(file: object = house(), people?: People): Promise<Browsers> {
  const all = people ?? (await startPeople(openSqlite));
  const process = await all.start(file);
  const { deps: exchange, standingOf, present } = process;
  const vault = createVault([new Uint8Array(32).fill(3)]);
  const deps: SessionsDeps = { ...exchange, present, standingOf, vault, logger: QUIET };
  const sessions = createSessions(deps);
  const open: Browsers['open'] = async (claims = ADA, more = {}) => {
    const [provider] = exchange.snapshot().identityProvidersById.values();
    if (!provider) throw new Error('the house has no provider');
    const opened = await sessions.open({ provider, claims, idToken: 'id.token.x', ...more }, DEVICE);
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value;
  };
  const live: Browsers['live'] = async ({ value }) => {
    const found = await sessions.find(value);
    if (typeof found === 'string') throw new Error(found);
    return found;
  };
  return {
    people: all,
    process,
    deps,
    sessions,
    open,
    live,
    async handOver(session, host = 'app.example') {
      const code = sessions.handOver(await live(session), handOverTo(host));
      const handed = await sessions.redeem(code, { host, nonces: [NONCE], device: DEVICE });
      if (!handed.ok) throw new Error(handed.error.code);
      return handed.value.value;
    },
    stateOf: async (value) => (await present(value)).state,
  };
}
