import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allow, house, route } from '../testing/direct-house.ts';
import { openSqlite } from '../../storage/engine/sqlite.ts';
import { mint, START, startDirectRig, type DirectRig } from '../testing/direct-rig.ts';

/** Tokens of trusted issuers on routes that take them as they are. */

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

describe('a token of an issuer that the route names', () => {
  it.each([
    ['Authorization', (t: string) => `Bearer ${t}`],
    ['Authorization', (t: string) => `Pomerium ${t}`],
    ['Authorization', (t: string) => `Bearer Pomerium-${t}`],
    ['Authorization', (t: string) => `token ${t}`],
    ['Authorization', (t: string) => `Basic ${Buffer.from(`git:${t}`).toString('base64')}`],
    ['X-Pomerium-Authorization', (t: string) => t],
  ] as const)('passes in every carrier, and the upstream sees none of it: %s', async (name, write) => {
    const decision = await rig.process().ask({ headers: [[name, write(fresh())]] });
    expect(decision).toMatchObject({
      kind: 'forward',
      spentCarriers: [name.toLowerCase()],
      caller: { token: { organization: 'acme', prefix: 'cso', principal: { admin: false } } },
    });
  });

  it('is exchanged once, with a decision and an event, however often it comes', async () => {
    const token = fresh();
    for (const _ of [1, 2, 3]) expect(await verdict(token)).toBe('organization');
    expect(rig.counts.verified).toBe(1);
    expect(exchanges()).toMatchObject([
      { effect: 'allow', organization: 'acme', issuerName: 'acme/ci', route: 'app', principal: 'org:acme' },
    ]);
    const [exchange] = exchanges();
    const audit = await rig.database.read({
      sql: `select payload from audit where id = ?`,
      parameters: [`evt_${exchange?.id.slice('dec_'.length)}`],
    });
    expect(audit.ok && String(audit.value[0]?.['payload'])).toContain('token.issued');
  });

  it('is exchanged once by a hundred requests that come together', async () => {
    const token = fresh();
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => verdict(token)));
    expect(new Set(verdicts)).toEqual(new Set(['organization']));
    expect(rig.counts.verified).toBe(1);
    expect(exchanges()).toHaveLength(1);
  });

  it('answers without a promise once it is known', async () => {
    const token = fresh();
    await verdict(token);
    const { deps } = rig.process();
    const asked = { snapshot: deps.snapshot(), value: token, remoteAddress: '' };
    const [first] = asked.snapshot.routes;
    if (!first) throw new Error('no route');
    expect(deps.foreign.present({ ...asked, route: first })).toHaveProperty('state', 'live');
  });

  it('is the same session in another process and after a restart', async () => {
    const token = fresh();
    const first = await rig.process().ask({ token });
    rig.start();
    const second = await rig.process().ask({ token });
    expect(exchanges()).toEqual([]);
    const idOf = (decision: typeof first) => decision.kind === 'forward' && decision.caller?.token.id;
    expect(idOf(second)).toBe(idOf(first));
  });

  it('is the same session for two processes that see it at the same moment', async () => {
    const token = fresh();
    const one = rig.process();
    const other = rig.start();
    expect(await Promise.all([one.verdict({ token }), other.verdict({ token })])).toEqual([
      'organization',
      'organization',
    ]);
    const issued = [...one.records, ...other.records].filter(({ kind }) => kind === 'exchange');
    const rows = await rig.database.read({
      sql: `select id from token where exchange in (?, ?)`,
      parameters: [issued[0]?.id ?? '', issued[1]?.id ?? ''],
    });
    expect(rows.ok && rows.value).toHaveLength(1);
  });

  it('speaks as the one target that the policies give it', async () => {
    rig.reload(house({ policies: [allow({ token_type: 'team', team: 'platform' })] }));
    expect(await verdict(fresh())).toBe('team');
    const runner = allow({ token_type: 'runner', runner: 'linux' });
    rig.reload(house({ policies: [allow({ token_type: 'team', team: 'platform' }), runner] }));
    expect(await verdict(fresh())).toBe('policy.refused');
  });
});

describe('what a route does not take', () => {
  it.each([
    ['an issuer that it does not name', { iss: 'https://other.example' }],
    ['an issuer of another organization', { iss: 'https://theirs.example' }],
    ['an issuer of nobody', { iss: 'https://nobody.example' }],
    ['an issuer that is no text', { iss: ['https://ci.example'] }],
    ['no issuer', { iss: undefined }],
    ['us, unsigned by us', { iss: 'https://cs.example' }],
  ])('is a token of %s', async (_name, claims) => {
    expect(await verdict(fresh(claims))).toBe('credential.invalid');
    expect(rig.counts.verified).toBe(0);
  });

  it.each([
    ['a signature of somebody else', (t: string) => `${t.slice(0, -4)}AAAA`],
    ['no signature', (t: string) => t.slice(0, t.lastIndexOf('.') + 1)],
    [
      'claims that were changed',
      (t: string) => t.replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    ],
  ])('is a token with %s', async (_name, spoil) => {
    expect(await verdict(spoil(fresh()))).toBe('credential.invalid');
  });

  it('is an algorithm that is none, or one of shared secrets', async () => {
    for (const alg of ['none', 'HS256']) expect(await verdict(fresh({}, { alg }))).toBe('credential.invalid');
    expect(rig.counts.verified).toBe(0);
  });

  it.each([
    ['has expired', { exp: START }, 'credential.expired'],
    ['has expired within the leeway', { exp: START - 1 }, 'credential.expired'],
    ['was made for somebody else', { aud: 'urn:pulumi:org:globex' }, 'credential.audience'],
    ['is not valid yet', { nbf: START + 600 }, 'credential.invalid'],
    ['does not say when it was issued', { iat: undefined }, 'credential.expired'],
    ['no policy allows', { sub: 'repo:evil/x' }, 'policy.refused'],
  ])('is a token that %s', async (_name, claims, code) => {
    expect(await verdict(fresh(claims))).toBe(code);
    expect(exchanges()).toMatchObject([{ effect: 'deny' }]);
  });

  it('is answered with the decision of the exchange, which the record of the request names', async () => {
    const token = fresh({ sub: 'repo:evil/x' });
    const first = await rig.process().ask({ token });
    const second = await rig.process().ask({ token });
    const [exchange] = exchanges();
    expect([first.decisionId, second.decisionId]).toEqual([exchange?.id, exchange?.id]);
    expect(exchanges()).toHaveLength(1);
    expect(rig.process().records.filter(({ kind }) => kind === 'gateway')).toMatchObject([
      { exchange: exchange?.id, code: 'policy.refused', route: 'app' },
      { exchange: exchange?.id, code: 'policy.refused', route: 'app' },
    ]);
  });

  it('is what is older than the issuer may be', async () => {
    rig.reload(house({ max_token_age: '1m' }));
    const token = fresh();
    rig.time.now += 61_000;
    expect(await verdict(token)).toBe('credential.expired');
  });

  it('is anything of an issuer that is disabled', async () => {
    rig.reload(house({ disabled: true }));
    expect(await verdict(fresh())).toBe('credential.invalid');
    expect(rig.counts.verified).toBe(0);
  });

  it('is a token that opens other routes only', async () => {
    const other = route({ name: 'other', from: 'https://other.example' });
    const policies = [allow({ resources: ['https://other.example'] })];
    rig.reload(house({ policies }, [route(), other]));
    const token = fresh();
    expect(await verdict(token)).toBe('credential.audience');
    expect(await verdict(token, { host: 'other.example' })).toBe('organization');
    expect(rig.counts.verified).toBe(1);
  });

  it('is a token of an issuer that only another route names, known there or not', async () => {
    const other = route({ name: 'other', from: 'https://other.example', issuers: ['acme/other'] });
    rig.reload(house({}, [route(), other]));
    const token = fresh();
    expect(await verdict(token)).toBe('organization');
    expect(await verdict(token, { host: 'other.example' })).toBe('credential.invalid');
    const bad = `${fresh().slice(0, -4)}AAAA`;
    for (const host of ['app.example', 'other.example'])
      expect(await verdict(bad, { host })).toBe('credential.invalid');
    expect(rig.counts.verified).toBe(2);
  });

  it('is nothing at all where the route names no issuer: such a token is the business of the upstream', async () => {
    rig.reload(
      house({}, [route({ issuers: undefined }), route({ name: 'open', from: 'https://open.example' })]),
    );
    const token = fresh();
    expect(await verdict(token, { host: 'open.example' })).toBe('organization');
    expect(await verdict(token)).toBe('credential.invalid');
    const decision = await rig.process().ask({ headers: [['X-Pomerium-Authorization', token]] });
    expect(decision).toMatchObject({ code: 'credential.invalid' });
  });
});

describe('what cannot be told', () => {
  it('is 503 while the keys cannot be had, and nothing is remembered of it', async () => {
    rig.keys.found = 'unreachable';
    const token = fresh();
    expect(await verdict(token)).toBe('issuer.unreachable');
    rig.keys.found = 'known';
    expect(await verdict(token)).toBe('organization');
  });
});
