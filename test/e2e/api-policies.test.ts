import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { exchangeReply } from '../support/exchange.ts';
import { ADMIN_TOKEN } from './house.ts';
import { ALLOW, startRegistrar, type Registered, type Registrar } from './registrar.ts';

/** The policies of an issuer, replaced over the API while the product runs. */

let registrar: Registrar;
let house: Registrar['house'];
let late: Registrar['late'];
const api: Registrar['api'] = (...call) => registrar.api(...call);
const register: Registrar['register'] = (more) => registrar.register(more);
const remove: Registrar['remove'] = (issuer) => registrar.remove(issuer);
const policiesOf: Registrar['policiesOf'] = (issuer) => registrar.policiesOf(issuer);
const exchangeFor: Registrar['exchangeFor'] = (issuer) => registrar.exchangeFor(issuer);

beforeAll(async () => {
  registrar = await startRegistrar();
  ({ house, late } = registrar);
});
afterAll(() => registrar.dispose());

describe('a list of policies', () => {
  let issuer: Registered;
  let path: string;
  beforeAll(async () => {
    issuer = await register();
    path = `/api/orgs/acme/auth/policies/${String((await policiesOf(issuer))['id'])}`;
  });
  afterAll(() => remove(issuer));

  it('keeps its order and what was sent, and has a version', async () => {
    const deny = {
      decision: 'deny',
      tokenType: 'team',
      authorizedPermissions: [],
      rules: { event: 'pull_request' },
    };
    const first = await api('PATCH', path, { policies: [deny, { ...ALLOW, teamName: 'platform' }] });
    expect(first.json()).toMatchObject({ policies: [deny, ALLOW] });
    const { version } = first.json();
    expect(first.headers['etag']).toBe(`"${String(version)}"`);
    const second = await api('PATCH', path, { policies: [ALLOW, deny] });
    expect(second.json()).toMatchObject({ version: Number(version) + 1, policies: [ALLOW, deny] });
    expect((await policiesOf(issuer))['policies']).toEqual(second.json()['policies']);
  });

  it('is replaced only in the version that If-Match names', async () => {
    await api('PATCH', path, { policies: [ALLOW] });
    await api('PATCH', path, { policies: [ALLOW] });
    const { version } = await policiesOf(issuer);
    const stale = await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': `"${Number(version) - 1}"` });
    expect(stale.status).toBe(412);
    for (const header of ['nonsense', `W/"${String(version)}"`])
      expect((await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': header })).status).toBe(412);
    const fresh = await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': `"${String(version)}"` });
    expect(fresh.json()['version']).toBe(Number(version) + 1);
    expect((await api('PATCH', path, { policies: [ALLOW] }, { 'if-match': '*' })).status).toBe(200);
  });

  it.each([
    ['is empty', [], 'policies: expected at least one policy'],
    ['has a policy without a decision', [{ ...ALLOW, decision: undefined }], 'policies[0].decision'],
    ['names the target of another type', [{ ...ALLOW, userLogin: 'ada' }], 'policies[0].userLogin'],
    ['has an allow without a target', [{ ...ALLOW, teamName: null }], 'policies[0]: an allow policy'],
    [
      'has a role',
      [{ ...ALLOW, tokenType: 'organization', teamName: null, roleID: 'r' }],
      'policies[0].roleID: roles',
    ],
    ['has a rule that is no text', [{ ...ALLOW, rules: { sub: 1 } }], 'policies[0].rules.sub'],
    ['has a condition that is none', [{ ...ALLOW, condition: 'claims.' }], 'policies[0].condition'],
    ['has a matcher that is none', [{ ...ALLOW, match: { sub: { like: 'x' } } }], 'policies[0].match'],
  ])('is refused by name when it %s', async (_name, policies, message) => {
    const before = await policiesOf(issuer);
    const reply = await api('PATCH', path, { policies });
    expect(reply.json()).toEqual({ code: 400, message: expect.stringContaining(message) });
    expect(await policiesOf(issuer)).toEqual(before);
  });

  it('is refused when it lets in whom nobody meant, with a token that would pass', async () => {
    const shared = await register({ url: 'https://gitlab.com', jwks: late.jwks() });
    const list = `/api/orgs/acme/auth/policies/${String((await policiesOf(shared))['id'])}`;
    const broad = await api('PATCH', list, { policies: [{ ...ALLOW, rules: { sub: 'project_path:*' } }] });
    expect(broad.json()).toEqual({
      code: 400,
      message: expect.stringMatching(/^policies\[0\].*this token would pass: \{.*project_path:/),
    });
    const meant = { ...ALLOW, rules: { sub: 'project_path:*' }, allowBroad: true };
    expect((await api('PATCH', list, { policies: [meant] })).json()).toMatchObject({ policies: [meant] });
    const names = { ...ALLOW, rules: { sub: 'project_path:acme/shop:ref_type:branch:ref:main' } };
    const warned = await api('PATCH', list, { policies: [names] });
    expect([warned.status, warned.headers['x-pulumi-warning']]).toEqual([
      200,
      expect.stringContaining('policies[0]'),
    ]);
    await remove(shared);
  });

  it('may have a condition', async () => {
    const reply = await api('PATCH', path, { policies: [{ ...ALLOW, condition: 'claims.env == "prod"' }] });
    expect(reply.status, reply.text).toBe(200);
    const refused = await exchangeFor(late);
    expect(refused.status).toBe(400);
    const subjectToken = await late.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'project:acme/shop',
      env: 'prod',
    });
    const allowed = await exchangeReply(house.server, { subjectToken, type: 'team', scope: 'team:platform' });
    expect(allowed.status).toBe(200);
  });

  it('is not lost when many write at once', async () => {
    const { version } = await policiesOf(issuer);
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => api('PATCH', path, { policies: [ALLOW] })),
    );
    const versions = replies.map((reply) => Number(reply.json()['version']) - Number(version));
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  });

  it('is told of in the trail, with who did it', async () => {
    const env = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
    const { out } = await countersign(['audit', 'export'], { cwd: house.server.folder, env });
    const events = out.split('\n').filter((line) => line.includes('"policies.updated"'));
    expect(events.length).toBeGreaterThan(12);
    expect(events[0]).toContain('"administrator"');
  });
});
