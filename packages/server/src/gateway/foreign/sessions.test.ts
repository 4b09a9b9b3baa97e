import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exchangeToken } from '../../exchange/exchange-token.ts';
import { revokeToken as markRevoked } from '../../storage/repositories/tokens.ts';
import { allow, house, route } from '../testing/direct-house.ts';
import { openSqlite } from '../../storage/engine/sqlite.ts';
import { mint, START, startDirectRig, type DirectRig } from '../testing/direct-rig.ts';

/** How long a token of a trusted issuer opens a route, and what ends that. */

let rig: DirectRig;
let subjects = 0;
/** A token that no other test has shown. */
const fresh = (claims: object = {}, header: object = {}): string =>
  mint({ jti: `job-${(subjects += 1)}`, ...claims }, header);

beforeAll(async () => {
  rig = startDirectRig(house(), await openSqlite({ path: ':memory:' }));
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.time.now = START * 1000;
  rig.keys.found = 'known';
  rig.reload(house());
  rig.start();
  rig.counts.verified = 0;
});

const verdict = (token: string, more: object = {}) => rig.process().verdict({ token, ...more });
const exchanges = () => rig.process().records.filter(({ kind }) => kind === 'exchange');

describe('how long it opens a route', () => {
  it.each([
    ['until it expires', {}, {}, 3600],
    ['as long as its policy says', { policies: [allow({ max_expiration: '10m' })] }, {}, 600],
    ['as long as its issuer may vouch', { max_expiration: '5m' }, {}, 300],
    [
      'an hour where tokens of its policy are signed',
      { policies: [allow({ format: 'jwt' })] },
      { exp: START + 9000 },
      3600,
    ],
  ] as const)('%s', async (_name, one, claims, seconds) => {
    rig.reload(house(one));
    const token = fresh(claims);
    expect(await verdict(token)).toBe('organization');
    rig.time.now = (START + seconds) * 1000 - 1;
    expect(await verdict(token)).toBe('organization');
    rig.time.now += 1;
    expect(await verdict(token)).toBe('credential.expired');
  });

  it('is counted from when it was issued, so that nothing renews it: no other process, and no later look', async () => {
    rig.reload(house({ policies: [allow({ max_expiration: '10m' })] }));
    const token = fresh();
    rig.time.now += 599_000;
    expect(await verdict(token)).toBe('organization');
    rig.time.now += 1_000;
    rig.start();
    expect(await verdict(token)).toBe('credential.expired');
    expect(await verdict(fresh())).toBe('credential.expired');
  });

  it('is no longer for an issuer whose clock runs ahead', async () => {
    const token = fresh({ iat: START + 20, exp: START + 60 });
    expect(await verdict(token)).toBe('organization');
    rig.time.now += 10_000;
    rig.start();
    expect(await verdict(token)).toBe('organization');
    expect(exchanges()).toEqual([]);
  });
});

describe('an issuer whose tokens count once', () => {
  const once = { replay: 'once' };
  const atEndpoint = (token: string) =>
    exchangeToken(rig.process().exchange, {
      audience: 'urn:pulumi:org:acme',
      subjectToken: token,
      target: { type: 'organization', admin: false },
      resources: [],
      remoteAddress: '192.0.2.1',
    });

  it('has one session for all requests, whichever process they come to', async () => {
    rig.reload(house(once));
    const token = fresh();
    expect(await verdict(token)).toBe('organization');
    rig.start();
    expect(await verdict(token)).toBe('organization');
    expect(exchanges()).toEqual([]);
  });

  it('gives no access token for one that has opened a route', async () => {
    rig.reload(house(once));
    const token = fresh();
    expect(await verdict(token)).toBe('organization');
    expect(await atEndpoint(token)).toMatchObject({ ok: false, error: { code: 'token.replayed' } });
  });

  it('opens no route with one that was exchanged', async () => {
    rig.reload(house(once));
    const token = fresh();
    expect(await atEndpoint(token)).toMatchObject({ ok: true });
    expect(await verdict(token)).toBe('credential.invalid');
    expect(exchanges().at(-1)).toMatchObject({ effect: 'deny', code: 'token.replayed' });
  });
});

describe('what ends a session', () => {
  const spelledOtherwise = (token: string): string => {
    const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const end = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(end), 'base64url');
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
    const other = Buffer.from((N - s).toString(16).padStart(64, '0'), 'hex');
    return token.slice(0, end) + Buffer.concat([signature.subarray(0, 32), other]).toString('base64url');
  };

  it('is its revocation: in no process, after no restart and in no other spelling does it come back', async () => {
    const token = fresh();
    const decision = await rig.process().ask({ token });
    const id = decision.kind === 'forward' ? decision.caller?.token.id : undefined;
    const row = await rig.database.read({
      sql: 'select hash from token where id = ?',
      parameters: [id ?? ''],
    });
    const hash = Buffer.from(String(row.ok && row.value[0]?.['hash']), 'base64url');
    await rig.database.write([markRevoked(hash, START)]);
    rig.process().table.remove(hash);
    expect(await verdict(token)).toBe('credential.revoked');
    rig.start();
    expect(await verdict(token)).toBe('credential.revoked');
    expect(await verdict(spelledOtherwise(token))).toBe('credential.revoked');
  });

  it('is a mass revocation of issuer, policy, subject or principal: it ends what was issued before, presented or not', async () => {
    const policy = rig.process().deps.snapshot().organizations.get('acme')?.issuers.get('https://ci.example');
    const named = [
      ['issuer', policy?.id],
      ['policy', policy?.policyIds[0]],
      ['subject', 'repo:acme/shop'],
      ['principal', 'org:acme'],
    ] as const;
    for (const [by, value = ''] of named) {
      rig.start();
      const token = fresh();
      expect(await verdict(token)).toBe('organization');
      rig.process().massRevocations.add({ organization: 'acme', by, value, before: START });
      expect(await verdict(token)).toBe('credential.revoked');
      expect(await verdict(fresh())).toBe('credential.revoked');
      expect(exchanges().at(-1)).toMatchObject({ effect: 'deny', code: 'credential.revoked' });
      expect(await verdict(fresh({ iat: START + 1 }))).toBe('credential.revoked');
      rig.time.now = (START + 2) * 1000;
      expect(await verdict(fresh({ iat: START + 1 }))).toBe('organization');
      rig.time.now = START * 1000;
    }
  });

  it('is a configuration that would not let it in: another policy, no team, no issuer, no audience', async () => {
    const team = allow({ token_type: 'team', team: 'platform' });
    const without = (over: object) => ({ ...house({ policies: [team] }), ...over });
    const cases: readonly (readonly [object, string])[] = [
      [
        house({
          policies: [team, { decision: 'deny', token_type: 'team', rules: { sub: 'repo:acme/shop' } }],
        }),
        'policy.refused',
      ],
      [house({ policies: [allow({ token_type: 'runner', runner: 'linux' })] }), 'runner'],
      [house({ policies: [team], disabled: true }), 'credential.invalid'],
      [house({ policies: [team], audiences: ['somebody'] }), 'credential.audience'],
      [without({ routes: [route({ issuers: ['acme/other'] })] }), 'credential.invalid'],
    ];
    for (const [file, expected] of cases) {
      rig.reload(house({ policies: [team] }));
      const token = fresh();
      expect(await verdict(token)).toBe('team');
      rig.reload(file);
      expect(await verdict(token)).toBe(expected);
      rig.reload(house({ policies: [team] }));
      expect(await verdict(token)).toBe('team');
    }
  });

  it('is not a reload that changes nothing about it: it is the same session, and nothing is recorded', async () => {
    const token = fresh();
    await verdict(token);
    rig.reload(house({}, [route({ description: 'another' })]));
    expect(await verdict(token)).toBe('organization');
    expect(exchanges()).toHaveLength(1);
  });

  it('is seen by whatever has been let in and stays open', async () => {
    const token = fresh();
    const decision = await rig.process().ask({ token });
    const again = async () =>
      (decision.kind === 'forward' ? await decision.caller?.again() : undefined)?.state;
    expect(await again()).toBe('live');
    rig.keys.found = 'unreachable';
    rig.reload(house({}, [route({ description: 'another' })]));
    expect(await again()).toBe('unavailable');
    rig.keys.found = 'known';
    expect(await again()).toBe('live');
    rig.reload(house({}, [route({ issuers: undefined })]));
    expect(await again()).toBe('invalid');
    rig.reload(house({}, []));
    expect(await again()).toBe('invalid');
    rig.reload(house({ policies: [allow({ rules: { sub: 'x' } })] }));
    expect(await again()).toBe('invalid');
    rig.reload(house());
    rig
      .process()
      .massRevocations.add({ organization: 'acme', by: 'subject', value: 'repo:acme/shop', before: START });
    expect(await again()).toBe('invalid');
  });
});
