import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, type Reply } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const typeOf = (type: string) => `urn:pulumi:token-type:access_token:${type}`;
const main = {
  aud: 'urn:pulumi:org:acme',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  repository: 'acme/shop',
};

async function parameters(
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  return {
    grant_type: GRANT,
    audience: 'urn:pulumi:org:acme',
    subject_token_type: ID_TOKEN,
    requested_token_type: typeOf('organization'),
    subject_token: overrides['subject_token'] ?? (await house.ci.mint(main)),
    ...overrides,
  };
}

const exchange = async (overrides: Readonly<Record<string, unknown>> = {}): Promise<Reply> =>
  post(house.server.port, '/api/oauth/token', await parameters(overrides));

describe('POST /api/oauth/token is no oracle: it refuses', () => {
  it('unknown and disabled issuers, unknown keys and bad signatures in the same words', async () => {
    const replies = await Promise.all([
      exchange({ subject_token: await house.ci.mint(main, { issuer: 'https://evil.example' }) }),
      exchange({ subject_token: await house.ci.mint(main, { issuer: 'http://127.0.0.1:1/off' }) }),
      exchange({ subject_token: await house.ci.mint(main, { header: { kid: 'nobody' } }) }),
      exchange({ subject_token: `${(await house.ci.mint(main)).slice(0, -6)}AAAAAA` }),
      exchange({ audience: 'urn:pulumi:org:nobody' }),
    ]);
    const words = replies.map((reply) => {
      const { decision_id: _id, ...rest } = reply.json();
      return JSON.stringify(rest);
    });
    expect(new Set(words).size).toBe(1);
  });

  it('no rule and no such target in the same words', async () => {
    const replies = await Promise.all([
      exchange({ requested_token_type: typeOf('team'), scope: 'team:nobody' }),
      exchange({ requested_token_type: typeOf('personal'), scope: 'user:ada' }),
      exchange({ requested_token_type: typeOf('personal'), scope: 'user:nobody' }),
    ]);
    const words = replies.map((reply) => {
      const { decision_id: _id, ...rest } = reply.json();
      return JSON.stringify(rest);
    });
    expect(new Set(words).size).toBe(1);
  });
});
