import type { Route } from '@countersign/core';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TokenRecord } from '../tokens/model.ts';
import { createAssertions } from './assertion.ts';
import { alice, ANYBODY, fixture, route, token } from './testing/fixture.ts';

function signing(limit?: number) {
  const { deps, ring, time } = fixture([]);
  const { clock, random } = deps;
  const assertions = createAssertions({ ring, clock, random, ...(limit !== undefined && { limit }) });
  const jwks = createLocalJWKSet({ keys: ring.published() } as unknown as JSONWebKeySet);
  const headers = (of: TokenRecord, on: Route): Record<string, string> =>
    Object.fromEntries(assertions(of, on, on.host));
  const jwt = (of: TokenRecord, on: Route, host = on.host): string =>
    Object.fromEntries(assertions(of, on, host))['x-pomerium-jwt-assertion'] ?? '';
  return { headers, jwt, jwks, time };
}

const app = route({}, ANYBODY);

describe('the assertion', () => {
  it('verifies with the published keys, for the host of the route as issuer and audience', async () => {
    const { jwt, jwks, time } = signing();
    const { payload, protectedHeader } = await jwtVerify(jwt(token(), app), jwks, {
      issuer: 'app.example',
      audience: 'app.example',
      algorithms: ['ES256'],
      typ: 'JWT',
      currentDate: new Date(time.now),
    });
    expect(protectedHeader.kid).toBe('assertion-1');
    expect(payload).toMatchObject({
      sub: 'usr_alice',
      user: 'usr_alice',
      email: 'alice@acme.example',
      name: 'Alice',
      groups: ['eng', 'ops'],
      org: 'acme',
      sid: 'tok_alice',
      iat: 2_000,
      exp: 2_300,
    });
    expect(payload).not.toHaveProperty('idp_sub');
    expect(payload.jti).toMatch(/^[\w-]{22}$/);
  });

  it('names machines, with groups that are empty and never null', () => {
    const team = {
      kind: 'team',
      organization: 'acme',
      team: 'deploy',
      vouchedBy: { kind: 'organization', organization: 'acme' },
    } as const;
    const claims = decodeJwt(signing().jwt(token({ principal: team }), app));
    expect(claims).toMatchObject({
      sub: 'team:acme/deploy',
      user: 'team:acme/deploy',
      org: 'acme',
      team: 'acme/deploy',
      groups: [],
    });
    expect(claims).not.toHaveProperty('email');
  });

  it('names the subject at the identity provider for the people of one', () => {
    const vouchedBy = { kind: 'identity_provider', provider: 'idp', organizations: ['acme'] } as const;
    const person = token({ principal: { ...alice, user: 'idp/42', vouchedBy }, subject: '42' });
    expect(decodeJwt(signing().jwt(person, app))).toMatchObject({ sub: 'idp/42', idp_sub: '42' });
  });

  it('is signed once for a token and route and reused until a minute before it ends', () => {
    const { jwt, time } = signing();
    const first = jwt(token(), app);
    time.now += 239_000;
    expect(jwt(token(), app)).toBe(first);
    time.now += 1_000;
    expect(jwt(token(), app)).not.toBe(first);
  });

  it('is another one for another token, another route, and a route that has been configured anew', () => {
    const { jwt } = signing();
    const first = jwt(token(), app);
    expect(jwt(token({ id: 'tok_other' }), app)).not.toBe(first);
    expect(jwt(token(), route({ id: 'rte_other' }, ANYBODY))).not.toBe(first);
    expect(jwt(token(), route({ name: 'renamed' }, ANYBODY))).not.toBe(first);
  });

  it('is for the host that was asked for, each of a wildcard route by itself', () => {
    const { jwt } = signing();
    const wildcard = route({ host: '*.apps.example' }, ANYBODY);
    const hosts = ['a.apps.example', 'b.apps.example', 'a.apps.example'];
    expect(hosts.map((host) => decodeJwt(jwt(token(), wildcard, host)))).toMatchObject(
      hosts.map((host) => ({ iss: host, aud: host })),
    );
    expect(jwt(token(), wildcard, 'a.apps.example')).toBe(jwt(token(), wildcard, 'a.apps.example'));
  });

  it('is used once where the route says so', () => {
    const { jwt } = signing();
    const each = route({ assertion: 'per_request' }, ANYBODY);
    const ids = [1, 2, 3].map(() => decodeJwt(jwt(token(), each)).jti);
    expect(new Set(ids).size).toBe(3);
  });

  it('is signed anew when another key signs: what a withdrawn one signed is not sent again', () => {
    const { deps, ring } = fixture([]);
    let key = ring.signing();
    const { clock, random } = deps;
    const assertions = createAssertions({ ring: { ...ring, signing: () => key }, clock, random });
    const kid = (): unknown =>
      decodeProtectedHeader(
        Object.fromEntries(assertions(token(), app, app.host))['x-pomerium-jwt-assertion'] ?? '',
      ).kid;
    expect(kid()).toBe(key.kid);
    key = { ...key, kid: 'another' };
    expect(kid()).toBe('another');
  });

  it('is kept for a bounded number of tokens', () => {
    const { jwt } = signing(4);
    const first = jwt(token(), app);
    for (const id of ['1', '2', '3', '4']) jwt(token({ id }), app);
    expect(jwt(token(), app)).not.toBe(first);
  });
});

describe('claim headers', () => {
  const withHeaders = (claims: Record<string, string>): Route =>
    route({ claimHeaders: Object.entries(claims).map(([header, claim]) => ({ header, claim })) }, ANYBODY);

  it('repeat claims of the assertion and verified claims of the exchanged token', () => {
    const claims = { repository: 'acme/app', run: 7, teams: ['a', 'b'], nested: { deep: true } };
    const wanted = withHeaders({
      'x-email': 'email',
      'x-groups': 'groups',
      'x-repo': 'repository',
      'x-run': 'run',
      'x-teams': 'teams',
      'x-nested': 'nested',
      'x-deep': 'nested.deep',
      'x-missing': 'nowhere',
      'x-proto': '__proto__',
      'x-ctor': 'constructor',
    });
    const { headers, jwt } = signing();
    expect(headers(token({ claims }), wanted)).toMatchObject({
      'x-email': 'alice@acme.example',
      'x-groups': 'eng,ops',
      'x-repo': 'acme/app',
      'x-run': '7',
      'x-teams': 'a,b',
      'x-nested': '{"deep":true}',
      'x-deep': 'true',
      'x-missing': '',
      'x-proto': '',
      'x-ctor': '',
    });
    expect(decodeJwt(jwt(token({ claims }), wanted))).toMatchObject({ repository: 'acme/app', run: 7 });
  });

  it('never take the claim of a foreign token for one that only this server fills', () => {
    const machine = token({
      principal: {
        kind: 'organization',
        organization: 'acme',
        admin: false,
        vouchedBy: { kind: 'organization', organization: 'acme' },
      },
      claims: { email: 'boss@acme.example', iss: 'evil', name: 'Boss', groups: ['admins'], team: 'root' },
    });
    const wanted = withHeaders({
      'x-email': 'email',
      'x-quoted': '"email"',
      'x-iss': 'iss',
      'x-name': 'name',
      'x-groups': 'groups',
      'x-team': 'team',
    });
    const { headers, jwt } = signing();
    expect(headers(machine, wanted)).toMatchObject({
      'x-email': '',
      'x-quoted': '',
      'x-iss': 'app.example',
      'x-name': '',
      'x-groups': '',
      'x-team': '',
    });
    expect(decodeJwt(jwt(machine, wanted))).toMatchObject({ iss: 'app.example', groups: [] });
    expect(decodeJwt(jwt(machine, wanted))).not.toHaveProperty('email');
  });

  it('are bytes of UTF-8, and empty where a claim would break out of its line', () => {
    const claims = { city: 'Köln', evil: 'a\r\nX-Pomerium-Claim-Admin: yes', many: ['x', 'y\n'] };
    const wanted = withHeaders({ 'x-city': 'city', 'x-evil': 'evil', 'x-many': 'many' });
    const found = signing().headers(token({ claims }), wanted);
    expect(Buffer.from(found['x-city'] ?? '', 'latin1').toString('utf8')).toBe('Köln');
    expect(found['x-evil']).toBe('');
    expect(found['x-many']).toBe('');
  });
});
