import { generateKeyPairSync } from 'node:crypto';
import {
  compileAccess,
  ok,
  type Route,
  type Upstream,
  type UpstreamTarget,
  type UserPrincipal,
} from '@countersign/core';
import type { DecisionRecord } from '../../audit/model.ts';
import type { LogFields } from '../../adapters/ports.ts';
import type { KeyRing } from '../../keys/port.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import type { Presented, TokenRecord } from '../../tokens/model.ts';
import type { GatewayDeps } from '../model.ts';
import { createRateLimits } from '../rate-limit.ts';

/** What the tests of the gateway stand on: routes and tokens of two organizations, and ports that write down. */

/** A value of our form; which state it has is in `presented`. */
export const value = (letter: string): string => `csp_${letter.repeat(38)}`;
export const ALICE = value('a');

/** A service with one address, on loopback. */
export function upstreamAt(port: number, scheme: 'http' | 'https' = 'http'): Upstream {
  return { targets: [targetAt(port, scheme)], balancing: 'round_robin' };
}

export function targetAt(port: number, scheme: 'http' | 'https' = 'http'): UpstreamTarget {
  return { scheme, host: '127.0.0.1', port, weight: 1, pool: `${scheme}://127.0.0.1:${port}` };
}

export function route(over: Partial<Route> = {}, access: Parameters<typeof compileAccess>[0] = {}): Route {
  const policy = compileAccess(access);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return {
    id: 'rte_app',
    name: 'app',
    scheme: 'https',
    host: 'app.example',
    prefix: '/',
    resource: 'https://app.example',
    upstream: upstreamAt(1),
    access: access.public ? 'public' : access.anyAuthenticated ? 'authenticated' : 'policy',
    policy: policy.value,
    policySet: 'policy-set-hash',
    organizations: ['acme'],
    passIdentityHeaders: true,
    claimHeaders: [],
    allowWebsockets: true,
    preserveHostHeader: false,
    timeout: 5_000,
    ...over,
  };
}

export const ANYBODY = { anyAuthenticated: true } as const;

export const alice: UserPrincipal = {
  kind: 'user',
  user: 'usr_alice',
  login: 'alice',
  email: 'alice@acme.example',
  name: 'Alice',
  groups: ['eng', 'ops'],
  vouchedBy: { kind: 'organization', organization: 'acme' },
};

export function token(over: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id: 'tok_alice',
    prefix: 'csp',
    principal: alice,
    organization: 'acme',
    issuer: 'iss_ci',
    subject: 'repo:acme/app',
    claims: { sub: 'repo:acme/app', repository: 'acme/app', email: 'unverified@evil.example' },
    exchange: 'dec_exchange',
    policies: [],
    resources: [],
    format: 'opaque',
    issuedAt: 1_000,
    expiresAt: 100_000,
    ...over,
  };
}

export function testRing(): KeyRing {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'EC', crv: 'P-256', x, y, kid: 'assertion-1', use: 'sig', alg: 'ES256' } as const;
  return { signing: () => ({ kid: jwk.kid, privateKey, jwk }), published: () => [jwk] };
}

export interface Fixture {
  readonly deps: GatewayDeps;
  readonly ring: KeyRing;
  /** State of each value; a test changes it while things are open. */
  readonly presented: Map<string, Presented>;
  readonly unverified: DecisionRecord[];
  readonly refused: DecisionRecord[];
  readonly passed: DecisionRecord[];
  readonly log: { readonly message: string; readonly fields: LogFields }[];
  /** What `now` gives; epoch milliseconds. */
  readonly time: { now: number };
  readonly storage: { up: boolean };
}

export function fixture(routes: readonly Route[]): Fixture {
  const unverified: DecisionRecord[] = [];
  const refused: DecisionRecord[] = [];
  const passed: DecisionRecord[] = [];
  const log: Fixture['log'] = [];
  const time = { now: 2_000_000 };
  const storage = { up: true };
  const ring = testRing();
  const presented = new Map<string, Presented>([[ALICE, { state: 'live', token: token() }]]);
  const note = (message: string, fields: LogFields = {}): void => void log.push({ message, fields });
  const snapshot = {
    routes,
    service: { url: 'https://cs.example' },
    organizations: new Map([['acme', { name: 'acme', issuersById: new Map([['iss_ci', { name: 'ci' }]]) }]]),
    identityProvidersById: new Map([['idp_corp', { name: 'corp' }]]),
    settings: { sessionCookie: '_countersign', trustedProxies: () => false },
  } as unknown as Snapshot;
  let ids = 0;
  const deps: GatewayDeps = {
    snapshot: () => snapshot,
    present: (shown) => presented.get(shown) ?? { state: 'invalid' },
    foreign: {
      present: ({ value: shown }) => presented.get(shown) ?? { state: 'invalid' },
      again: ({ value: shown }) => presented.get(shown) ?? { state: 'invalid' },
    },
    decisions: {
      newId: () => `dec_${String((ids += 1)).padStart(26, '0')}`,
      unverified: (record) => void unverified.push(record),
      refused: (record) => {
        if (!storage.up) return Promise.resolve({ ok: false, error: 'unavailable' });
        refused.push(record);
        return Promise.resolve(ok(undefined));
      },
      passed: (record) => void passed.push(record),
    },
    rateLimits: createRateLimits({ clock: { now: () => time.now } }),
    assertionRing: ring,
    clock: { now: () => time.now },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    logger: { debug: note, info: note, warn: note, error: note },
    watchInterval: 20,
  };
  return { deps, ring, presented, unverified, refused, passed, log, time, storage };
}
