import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeWith, MAIN, typeOf, type Overrides } from './exchange-parameters.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const exchange = (overrides: Overrides = {}) => exchangeWith(house, overrides);

describe('POST /api/oauth/token is no oracle: it refuses', () => {
  it('unknown and disabled issuers, unknown keys and bad signatures in the same words', async () => {
    const replies = await Promise.all([
      exchange({ subject_token: await house.ci.mint(MAIN, { issuer: 'https://evil.example' }) }),
      exchange({ subject_token: await house.ci.mint(MAIN, { issuer: 'http://127.0.0.1:1/off' }) }),
      exchange({ subject_token: await house.ci.mint(MAIN, { header: { kid: 'nobody' } }) }),
      exchange({ subject_token: `${(await house.ci.mint(MAIN)).slice(0, -6)}AAAAAA` }),
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
