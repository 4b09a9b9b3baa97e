import { describe, expect, it } from 'vitest';
import type { Principal } from '@countersign/core';
import { NEVER_EXPIRES } from '../tokens/model.ts';
import { packIds } from '../tokens/packed-id.ts';
import { checksums, random } from '../tokens/testing/fixture.ts';
import { hashOf } from '../tokens/issue.ts';
import { mintMade, type MadeTokenOrder } from './made-token.ts';

const TEAM: Principal = {
  kind: 'team',
  organization: 'acme',
  team: 'platform',
  vouchedBy: { kind: 'organization', organization: 'acme' },
};
const ORDER: MadeTokenOrder = {
  prefix: 'cst',
  principal: TEAM,
  organization: 'acme',
  name: 'deploy',
  description: 'of the pipeline',
  createdBy: 'usr_ada',
  expiresAt: NEVER_EXPIRES,
  now: 1_790_000_000_999,
};
const mint = (order: Partial<MadeTokenOrder> = {}) => mintMade({ random, checksums }, { ...ORDER, ...order });

describe('a token that is made over the API', () => {
  it('stands by itself: nothing that a mass revocation forgets in a year is in it', () => {
    const { value, hash, record } = mint();
    expect(value).toMatch(/^cst_[0-9A-Za-z]{38}$/);
    expect(hash).toEqual(hashOf(value));
    expect(record).toMatchObject({
      prefix: 'cst',
      principal: TEAM,
      organization: 'acme',
      issuer: 'api',
      subject: '',
      claims: {},
      policies: [],
      resources: [],
      format: 'opaque',
      issuedAt: 1_790_000_000,
      expiresAt: NEVER_EXPIRES,
    });
  });

  it('has the number of what would have been its exchange, so that both ids are kept as one', () => {
    const { id, exchange } = mint().record;
    expect(packIds(id, exchange)).toBeDefined();
  });

  it('takes over what ends the token that it is made with, the time of that included', () => {
    const inherited = {
      issuer: 'iss_1',
      subject: 'repo:acme/app',
      claims: { sub: 'repo:acme/app' },
      policies: ['pol_1'],
      issuedAt: 1_789_999_000,
    };
    expect(mint({ inherited }).record).toMatchObject(inherited);
  });

  it('is stored with its name, and its value nowhere', () => {
    const { value, record, statements } = mint();
    const text = JSON.stringify(statements.map(({ parameters }) => parameters));
    expect(text).not.toContain(value);
    expect(statements[1]?.parameters).toEqual([
      record.id,
      'acme',
      'team:acme/platform',
      'deploy',
      'of the pipeline',
      'usr_ada',
      1_790_000_000,
    ]);
  });
});
