import { describe, expect, it } from 'vitest';
import { bodyOf, serviceRequest, startRig } from '../oauth/testing/rig.ts';
import { programmaticTokenEndpoint } from './token-endpoint.ts';

describe('POST /api/v1/token', () => {
  it('is 429 to an address that has failed too often, before the body is read', async () => {
    const { deps, time } = startRig();
    const fail = () => programmaticTokenEndpoint(deps, serviceRequest({ id_token: 'x' }));
    for (let failure = 0; failure < 200; failure += 1) expect((await fail()).status).toBe(401);
    const limited = await fail();
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '1']);
    expect(bodyOf(limited)).toMatchObject({ code: 'limit.rate', retryable: true });
    time.now += 1_000;
    expect((await fail()).status).toBe(401);
  });
});
