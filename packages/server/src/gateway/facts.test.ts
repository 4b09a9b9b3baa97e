import { NO_CERTIFICATE } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { GATEWAY_FACTS } from '../config/gateway-facts.ts';
import { factsOf, type FactsInput } from './facts.ts';
import { alice, fixture, token } from './testing/fixture.ts';

const asked = (over: Partial<FactsInput['request']> = {}): FactsInput => ({
  time: 1_000,
  snapshot: fixture([]).deps.snapshot(),
  path: '/a',
  request: {
    head: { method: 'GET', target: '/a?b', headers: [], remoteAddress: '192.0.2.1' },
    host: 'a.apps.example',
    port: undefined,
    websocket: false,
    ...over,
  },
});

describe('the facts of a request', () => {
  it('are those that policies may ask for, with a caller and without', () => {
    const names = [...GATEWAY_FACTS].sort();
    const head = { ...asked().request.head, certificate: NO_CERTIFICATE };
    expect(Object.keys(factsOf(asked({ head }), undefined).request).sort()).toEqual(names);
    expect(Object.keys(factsOf(asked({ head }), token()).request).sort()).toEqual(names);
  });

  it('say nothing of a certificate where nobody asks for one, whatever a header says', () => {
    const headers = [
      ['X-Client-Cert', 'fingerprint'],
      ['X-Forwarded-Client-Cert', 'Hash=00'],
      ['Client-Cert', ':AAAA:'],
      ['SSL-Client-Verify', 'SUCCESS'],
    ] as const;
    const { request } = factsOf(asked({ head: { ...asked().request.head, headers } }), undefined);
    expect(Object.hasOwn(request, 'client_certificate')).toBe(false);
  });

  it('are what we see', () => {
    expect(factsOf(asked(), undefined)).toEqual({
      claims: {},
      request: {
        method: 'GET',
        host: 'a.apps.example',
        path: '/a',
        source_ip: '192.0.2.1',
        time: 1_000,
        cors_preflight: false,
        token: { type: null, issuer: null, actor: null },
      },
    });
  });

  it('know a preflight', () => {
    const head = {
      method: 'OPTIONS',
      target: '/',
      headers: [
        ['Origin', 'https://b.example'],
        ['Access-Control-Request-Method', 'PUT'],
      ] as const,
      remoteAddress: '',
    };
    expect(factsOf(asked({ head }), undefined).request).toMatchObject({ cors_preflight: true });
  });

  it('name the issuer whose token was exchanged, and the type of the token', () => {
    const about = (over: Parameters<typeof token>[0]) => factsOf(asked(), token(over)).request['token'];
    expect(about({})).toEqual({ type: 'personal', issuer: 'acme/ci', actor: null });
    expect(about({ prefix: 'cst' })).toMatchObject({ type: 'team' });
    expect(about({ prefix: 'cso' })).toMatchObject({ type: 'organization' });
    expect(about({ prefix: 'csr' })).toMatchObject({ type: 'runner' });
  });

  it('name none where no issuer is known: of the API, of a session, of another organization', () => {
    const { organization: _, ...session } = token({ prefix: 'css', issuer: 'idp_corp' });
    expect(factsOf(asked(), session).request['token']).toEqual({
      type: 'session',
      issuer: null,
      actor: null,
    });
    expect(factsOf(asked(), token({ issuer: 'api' })).request['token']).toMatchObject({ issuer: null });
    const elsewhere = token({ organization: 'globex' });
    expect(factsOf(asked(), elsewhere).request['token']).toMatchObject({ issuer: null });
  });

  it('are of the caller what the principal says', () => {
    const { principal, claims } = factsOf(asked(), token());
    expect(principal).toMatchObject({ id: alice.user, groups: alice.groups });
    expect(claims).toMatchObject({ repository: 'acme/app' });
  });
});
