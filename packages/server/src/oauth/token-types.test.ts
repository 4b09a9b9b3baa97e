import { describe, expect, it } from 'vitest';
import { bodyOf, serviceRequest, startRig, TYPE, type Rig } from './testing/rig.ts';
import { ROUTES } from './testing/snapshot.ts';
import { tokenEndpoint } from './token-endpoint.ts';

const IETF = 'urn:ietf:params:oauth:token-type:';
const isSigned = (value: unknown): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(String(value));
const onlyToken = (rig: Rig) => [...rig.known.values()].at(-1);

describe('an RFC 8693 access token', () => {
  it.each([undefined, '', `${IETF}access_token`])(
    'is what is issued for requested_token_type %j, as Bearer and without a refresh token',
    async (requested) => {
      const rig = startRig();
      const answer = await rig.exchange({ requested_token_type: requested });
      expect(answer.status).toBe(200);
      expect(bodyOf(answer)).toEqual({
        access_token: expect.stringMatching(/^cso_/),
        issued_token_type: `${IETF}access_token`,
        token_type: 'Bearer',
        expires_in: 7200,
        scope: '',
      });
    },
  );

  it.each([
    ['', 'repo:acme/shop', /^cso_/],
    ['admin', 'repo:acme/ops', /^cso_/],
    ['team:platform', 'repo:acme/shop', /^cst_/],
  ])('speaks as its scope says: %j', async (scope, sub, prefix) => {
    const rig = startRig();
    const requested_token_type = `${IETF}access_token`;
    const body = bodyOf(
      await rig.exchange({ requested_token_type, scope, subject_token: rig.mint({ sub }) }),
    );
    expect(body['access_token']).toMatch(prefix);
    expect(body['scope']).toBe(scope);
  });

  it.each(['nothing', 'team:', 'team:a team:b', 'team:a,team:b', 'admin team:a'])(
    'is not issued for the scope %j',
    async (scope) => {
      const answer = await startRig().exchange({ requested_token_type: `${IETF}access_token`, scope });
      expect(bodyOf(answer)).toMatchObject({ error: 'invalid_scope', code: 'request.scope' });
    },
  );

  it('is signed where every policy that allows it says so', async () => {
    const rig = startRig();
    const answer = await rig.exchange({ requested_token_type: `${IETF}access_token`, scope: 'user:bob' });
    expect(isSigned(bodyOf(answer)['access_token'])).toBe(true);
    expect(onlyToken(rig)).toMatchObject({ format: 'jwt', prefix: 'csp', policies: ['pol_ci_4'] });
  });
});

describe('an RFC 8693 jwt', () => {
  it('is signed whatever the policies prefer, named as requested, and has a row like every other', async () => {
    const rig = startRig();
    const body = bodyOf(await rig.exchange({ requested_token_type: `${IETF}jwt`, scope: 'team:platform' }));
    expect(isSigned(body['access_token'])).toBe(true);
    expect(body).toMatchObject({
      issued_token_type: `${IETF}jwt`,
      token_type: 'Bearer',
      scope: 'team:platform',
    });
    expect(body['expires_in']).toBe(3600);
    expect(onlyToken(rig)).toMatchObject({ format: 'jwt', policies: ['pol_ci_2'] });
  });
});

describe('a Pulumi token', () => {
  it('is opaque where its policy does not say jwt, and answered as its clients expect', async () => {
    const body = bodyOf(await startRig().exchange());
    expect(body).toEqual({
      access_token: expect.stringMatching(/^cso_/),
      issued_token_type: `${TYPE}organization`,
      token_type: 'token',
      expires_in: 7200,
      scope: '',
      refresh_token: '',
    });
  });

  it('is signed where its policy says jwt, and still answered as its clients expect', async () => {
    const body = bodyOf(
      await startRig().exchange({ requested_token_type: `${TYPE}personal`, scope: 'user:bob' }),
    );
    expect(isSigned(body['access_token'])).toBe(true);
    expect(body).toMatchObject({ token_type: 'token', refresh_token: '' });
  });
});

describe('resources', () => {
  const [orders, wiki] = ROUTES;

  it.each([`${TYPE}organization`, `${IETF}access_token`])(
    'limit a token of %s',
    async (requested_token_type) => {
      const rig = startRig();
      const answer = await rig.exchange({ requested_token_type, resource: [wiki, orders] });
      expect(answer.status).toBe(200);
      expect([...(onlyToken(rig)?.resources ?? [])].sort()).toEqual([...ROUTES].sort());
    },
  );

  it('come as one text, or several times in a form', async () => {
    const rig = startRig();
    expect((await rig.exchange({ resource: orders })).status).toBe(200);
    expect(onlyToken(rig)?.resources).toEqual([orders]);
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: 'urn:pulumi:org:acme',
      subject_token_type: `${IETF}id_token`,
      subject_token: rig.mint(),
    });
    for (const resource of ROUTES) form.append('resource', resource);
    expect((await tokenEndpoint(rig.deps, serviceRequest(form.toString()))).status).toBe(200);
    expect([...(onlyToken(rig)?.resources ?? [])].sort()).toEqual([...ROUTES].sort());
  });

  it('that are empty count as omitted', async () => {
    const rig = startRig();
    expect((await rig.exchange({ resource: '' })).status).toBe(200);
    expect(onlyToken(rig)?.resources).toEqual([]);
  });

  it.each([
    ['a fragment', `${orders}/#a`],
    ['a relative URL', '/orders'],
    ['another scheme', 'urn:orders'],
    ['credentials', 'https://a@orders.example'],
    ['a number', 7],
    ['one that is none beside one that is', [orders, {}]],
    ['more than sixteen', Array.from({ length: 17 }, () => orders)],
  ])('with %s are refused before the token is looked at', async (_name, resource) => {
    const answer = await startRig().exchange({ resource, subject_token: 'x' });
    expect(bodyOf(answer)).toMatchObject({ error: 'invalid_target', code: 'request.resource' });
  });

  it('that are too many for a signed value are refused by name: an opaque one has room for them', async () => {
    const rig = startRig();
    const long = ['a', 'b'].map((letter) => `${orders}/${letter.repeat(700)}`);
    const existing = rig.snapshot.organizations.get('acme')?.directory.resources as Set<string>;
    for (const resource of long) existing.add(resource);
    const signed = (resource: unknown) => rig.exchange({ requested_token_type: `${IETF}jwt`, resource });
    expect(bodyOf(await signed(long))['code']).toBe('request.resource');
    expect((await signed(long[0])).status).toBe(200);
    expect((await rig.exchange({ resource: long })).status).toBe(200);
  });

  it('may be sixteen', async () => {
    const resource = Array.from({ length: 16 }, () => orders);
    expect((await startRig().exchange({ resource })).status).toBe(200);
  });
});

describe('what is recorded of an exchange', () => {
  it('names the policies that decided, by ids that outlive this version of them', async () => {
    const rig = startRig();
    const refused = bodyOf(
      await rig.exchange({
        requested_token_type: `${TYPE}team`,
        scope: 'team:platform',
        subject_token: rig.mint({ event: 'pull_request' }),
      }),
    );
    const record = rig.records.get(String(refused['decision_id']));
    expect(record).toMatchObject({ determining: ['policies[5]'], policies: ['pol_ci_5'], audited: [] });
  });
});
