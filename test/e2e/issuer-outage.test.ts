import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const body = (subject_token: string) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  audience: 'urn:pulumi:org:acme',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  requested_token_type: 'urn:pulumi:token-type:access_token:organization',
  subject_token,
});
const claims = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };

describe('an issuer that does not answer', () => {
  it('is 503 with Retry-After while there is no copy of its keys, and asked once however many callers come', async () => {
    house.ci.break(true);
    const token = await house.ci.mint(claims);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => post(house.server.port, '/api/oauth/token', body(token))),
    );
    for (const reply of replies) {
      expect([reply.status, reply.json()['code'], reply.json()['retryable']]).toEqual([
        503,
        'issuer.unreachable',
        true,
      ]);
      expect(reply.headers['retry-after']).toMatch(/^[0-9]+$/);
    }
    expect(house.ci.requests.get('/ci/.well-known/openid-configuration')).toBe(1);
  });

  it('does not touch the tokens of other issuers, nor readiness', async () => {
    const token = await house.cluster.mint({
      aud: 'https://countersign.acme.example',
      sub: 'system:serviceaccount:deploy:x',
      'kubernetes.io': { namespace: 'deploy' },
    });
    const reply = await post(house.server.port, '/api/oauth/token', {
      ...body(token),
      requested_token_type: 'urn:pulumi:token-type:access_token:team',
      scope: 'team:platform',
    });
    expect(reply.status).toBe(200);
  });

  it('goes on being served from the last good copy once there was one', async () => {
    house.cluster.break(true);
    const token = await house.cluster.mint({
      aud: 'https://countersign.acme.example',
      sub: 'system:serviceaccount:deploy:y',
      'kubernetes.io': { namespace: 'deploy' },
    });
    const reply = await post(house.server.port, '/api/oauth/token', {
      ...body(token),
      requested_token_type: 'urn:pulumi:token-type:access_token:team',
      scope: 'team:platform',
    });
    expect(reply.status).toBe(200);
  });
});
