import { describe, expect, it } from 'vitest';
import { REFUSALS, type RefusalCode } from '@countersign/core';
import type { Answer } from '../http/message.ts';
import { bodyOf, serviceRequest, startRig, TYPE, type Rig } from './testing/rig.ts';
import { tokenEndpoint } from './token-endpoint.ts';

/**
 * What a caller reads of every refusal of the token endpoint. Before the signature verifies: syntax only. After it: the
 * token's own faults by name. Of policies, targets and other organizations: nothing, ever.
 */

type Make = (rig: Rig) => Promise<Answer>;

const team =
  (scope: string, claims = {}): Make =>
  (rig) =>
    rig.exchange({ requested_token_type: `${TYPE}team`, scope, subject_token: rig.mint(claims) });
const subject =
  (claims: object, header?: object): Make =>
  (rig) =>
    rig.exchange({ subject_token: rig.mint(claims, header) });
const parameters =
  (over: Readonly<Record<string, unknown>>): Make =>
  (rig) =>
    rig.exchange(over);
const now = (rig: Rig) => Math.floor(rig.time.now / 1000);
const spoiled = (rig: Rig) => {
  const [header, payload, signature = ''] = rig.mint().split('.');
  return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
};
const replayed: Make = (rig) => {
  // The first write finds the mark in its way; the second is the record of the refusal.
  rig.storage.fails = (nth) => (nth === 1 ? 'conflict' : undefined);
  return rig.exchange({ subject_token: rig.mint({ iss: 'https://once.example' }) });
};
const stored: Make = (rig) => {
  rig.storage.fails = () => 'unavailable';
  return rig.exchange();
};
const overLimit: Make = async (rig) => {
  for (let failure = 0; failure < 200; failure += 1) rig.deps.failures.failed('192.0.2.1');
  return rig.exchange();
};

/** Who nothing is known of: the same sentence whatever the reason, and no hint. */
const UNVERIFIED: readonly [string, RefusalCode, readonly string[], Make][] = [
  ['another method', 'request.method', [], (rig) => rig.exchange({}, { method: 'GET' })],
  ['a body of no known type', 'request.body', [], (rig) => rig.exchange({}, { header: () => 'text/plain' })],
  ['a body over the limit', 'request.too_large', [], parameters({ padding: 'x'.repeat(70_000) })],
  ['a missing parameter', 'request.parameter', ['audience is missing'], parameters({ audience: null })],
  [
    'a repeated parameter',
    'request.parameter',
    ['audience is repeated'],
    parameters({ audience: ['a', 'b'] }),
  ],
  ['an actor', 'request.parameter', ['actor_token is not supported'], parameters({ actor_token: 'x' })],
  [
    'an unknown grant',
    'request.grant_type',
    ['grant_type is not supported'],
    parameters({ grant_type: 'x' }),
  ],
  [
    'an unknown subject token type',
    'request.token_type',
    ['subject_token_type is not supported'],
    parameters({ subject_token_type: 'x' }),
  ],
  [
    'an unknown requested type',
    'request.token_type',
    ['requested_token_type is not supported'],
    parameters({ requested_token_type: `${TYPE}x` }),
  ],
  [
    'a scope of another type',
    'request.scope',
    ['scope does not fit the type organization'],
    parameters({ scope: 'team:platform' }),
  ],
  [
    'a resource that is no URL',
    'request.resource',
    ['resource is not the URL of a route'],
    parameters({ resource: 'orders' }),
  ],
  ['no compact JWS', 'token.malformed', [], parameters({ subject_token: 'x.y.z' })],
  ['an algorithm that is never accepted', 'token.malformed', [], subject({}, { alg: 'none' })],
  ['an unknown issuer', 'token.not_trusted', [], subject({ iss: 'https://evil.example' })],
  ['an issuer of another organization', 'token.not_trusted', [], subject({ iss: 'https://other.example' })],
  ['a disabled issuer', 'token.not_trusted', [], subject({ iss: 'https://off.example' })],
  ['an unknown key', 'token.not_trusted', [], subject({}, { kid: 'nobody' })],
  ['a bad signature', 'token.not_trusted', [], (rig) => rig.exchange({ subject_token: spoiled(rig) })],
  ['an unknown organization', 'token.not_trusted', [], parameters({ audience: 'urn:pulumi:org:nobody' })],
  [
    'an audience that is none of ours',
    'token.not_trusted',
    [],
    parameters({ audience: 'https://x.example' }),
  ],
  ['an issuer without keys', 'issuer.unreachable', [], subject({ iss: 'https://down.example' })],
  ['too many failures', 'limit.rate', [], overLimit],
];

/** Who has proved that the token is theirs: its own faults, and of everything else one sentence. */
const VERIFIED: readonly [string, RefusalCode, readonly string[], Make][] = [
  ['an expired token', 'token.expired', [], (rig) => subject({ exp: now(rig) - 31 })(rig)],
  ['a token that is not valid yet', 'token.not_yet_valid', [], (rig) => subject({ nbf: now(rig) + 31 })(rig)],
  ['a token that is too old', 'token.too_old', [], (rig) => subject({ iat: now(rig) - 3_601 })(rig)],
  [
    'a token for somebody else',
    'token.audience',
    ['expected audience urn:pulumi:org:acme'],
    subject({ aud: 'https://x.example' }),
  ],
  ['a token that was used', 'token.replayed', [], replayed],
  ['no policy', 'policy.refused', [], team('team:nobody', { sub: 'repo:evil/x' })],
  ['a policy that denies', 'policy.refused', [], team('team:platform', { event: 'pull_request' })],
  ['a target that does not exist', 'policy.refused', [], team('team:ghosts')],
  ['a scope that no policy grants', 'policy.refused', [], parameters({ scope: 'admin' })],
  ['storage that fails', 'server.storage', [], stored],
];

const TABLE = [...UNVERIFIED, ...VERIFIED];

/** What is the same for all who may not be told apart: everything but the id. */
const words = (answer: Answer): string => {
  const { decision_id: _id, ...rest } = bodyOf(answer);
  return JSON.stringify([answer.status, rest]);
};

describe('the token endpoint refuses', () => {
  it.each(TABLE)('%s with %s, in the words of the catalogue', async (_name, code, hint, make) => {
    const rig = startRig();
    const answer = await make(rig);
    const { status, error, description, retryable } = REFUSALS[code];
    expect(bodyOf(answer)).toEqual({
      error,
      error_description: description,
      code,
      decision_id: expect.stringMatching(/^dec_[0-9A-HJKMNP-TV-Z]{26}$/),
      retryable,
      hint,
      error_uri: `https://sts.example/errors/${code}`,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect('retry-after' in answer.headers).toBe([429, 503].includes(status));
  });

  it.each(TABLE)('%s without a word of claims, policies or targets', async (_name, _code, _hint, make) => {
    const { body, headers } = await make(startRig());
    expect(body + JSON.stringify(headers)).not.toMatch(
      /repo:|evil|platform|ghosts|nobody|policies\[|iss_|pol_|kid/,
    );
  });

  it('whoever is not verified in one way: issuers, keys and signatures are not told apart', async () => {
    const made = UNVERIFIED.filter(([, code]) => code === 'token.not_trusted');
    const answers = await Promise.all(made.map(([, , , make]) => make(startRig())));
    expect(made).toHaveLength(7);
    expect(new Set(answers.map(words)).size).toBe(1);
  });

  it('by policy in one way: no rule, a deny and no such target are not told apart', async () => {
    const made = VERIFIED.filter(([, code]) => code === 'policy.refused');
    const answers = await Promise.all(made.map(([, , , make]) => make(startRig())));
    expect(made).toHaveLength(4);
    expect(new Set(answers.map(words)).size).toBe(1);
  });

  it('a resource that does not exist and one that is not allowed in one way', async () => {
    const exchange = (resource: string) => {
      const rig = startRig();
      return rig.exchange({ requested_token_type: `${TYPE}personal`, scope: 'user:bob', resource });
    };
    const answers = [await exchange('https://nowhere.example'), await exchange('https://wiki.example/docs')];
    expect(answers.map((answer) => bodyOf(answer)['code'])).toEqual(['request.resource', 'request.resource']);
    expect(new Set(answers.map(words)).size).toBe(1);
  });

  it('with every code that the exchange has', () => {
    const tested = new Set(TABLE.map(([, code]) => code));
    // Not of this endpoint: the Host header is looked at before, a form has no part in it, and a fault has no row.
    const elsewhere = new Set<RefusalCode>(['request.host', 'request.origin', 'server.error']);
    const owed = (Object.keys(REFUSALS) as RefusalCode[])
      .filter((code) => /^(?:request|token|policy|issuer|limit|server)\./.test(code))
      .filter((code) => !elsewhere.has(code));
    expect(owed.filter((code) => !tested.has(code))).toEqual([]);
  });

  it('faults of the token as invalid_grant where clients expect that, and only those', async () => {
    const errors = await Promise.all(
      TABLE.map(async ([, code, , make]) => {
        const rig = startRig({ settings: { refusalError: 'invalid_grant' } });
        return [code, bodyOf(await make(rig))['error']] as const;
      }),
    );
    for (const [code, error] of errors) {
      const about = code.startsWith('token.') || code === 'policy.refused';
      expect([code, error]).toEqual([code, about ? 'invalid_grant' : REFUSALS[code].error]);
    }
  });
});

describe('the limit of failures at the token endpoint', () => {
  const fail = (rig: Rig) => rig.exchange({ subject_token: 'x' });

  it('answers 429 with Retry-After after a burst of failures, before the body is read', async () => {
    const rig = startRig();
    for (let failure = 0; failure < 200; failure += 1) expect((await fail(rig)).status).toBe(400);
    let read = false;
    const request = serviceRequest(
      {},
      { body: async () => ((read = true), { ok: false, error: 'aborted' }) },
    );
    const limited = await tokenEndpoint(rig.deps, request);
    expect([limited.status, limited.headers['retry-after'], read]).toEqual([429, '1', false]);
    rig.time.now += 1_000;
    expect((await rig.exchange()).status).toBe(200);
  });

  it('never limits good requests, however many there are', async () => {
    const rig = startRig({ settings: { failuresPerSecond: 1 } });
    for (let good = 0; good < 50; good += 1) expect((await rig.exchange()).status).toBe(200);
    expect(rig.deps.failures.wait('192.0.2.1')).toBe(0);
  });

  it('does not count what is our fault', async () => {
    const rig = startRig({ settings: { failuresPerSecond: 1 } });
    for (let failure = 0; failure < 30; failure += 1)
      expect((await rig.exchange({ subject_token: rig.mint({ iss: 'https://down.example' }) })).status).toBe(
        503,
      );
    rig.storage.fails = () => 'unavailable';
    for (let failure = 0; failure < 30; failure += 1) expect((await rig.exchange()).status).toBe(503);
    rig.storage.fails = () => undefined;
    expect((await rig.exchange()).status).toBe(200);
  });

  it('counts no refusal of its own: waiting helps', async () => {
    const rig = startRig();
    for (let failure = 0; failure < 200; failure += 1) await fail(rig);
    for (let asked = 0; asked < 100; asked += 1) expect((await rig.exchange()).status).toBe(429);
    rig.time.now += 1_000;
    expect((await rig.exchange()).status).toBe(200);
  });

  it('holds one address to account for its own failures alone', async () => {
    const rig = startRig();
    for (let failure = 0; failure < 200; failure += 1) await fail(rig);
    expect((await rig.exchange({}, { remoteAddress: '192.0.2.2' })).status).toBe(200);
  });
});
