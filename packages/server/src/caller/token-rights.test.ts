import { describe, expect, it } from 'vitest';
import type { UserPrincipal, Voucher } from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { mayAct } from './token-rights.ts';

const snapshot = { organizations: new Map() } as unknown as Snapshot;

/** A token of a person; the login is the same person's on the whole server, whoever vouches. */
const held = (id: string, user: string, vouchedBy: Voucher): TokenRecord => {
  const principal: UserPrincipal = { kind: 'user', user, login: 'ada', groups: [], vouchedBy };
  const owner = vouchedBy.kind === 'organization' ? { organization: vouchedBy.organization } : {};
  return { id, principal, ...owner, resources: [] } as unknown as TokenRecord;
};
const by = (organization: string): Voucher => ({ kind: 'organization', organization });
const corp: Voucher = { kind: 'identity_provider', provider: 'corp', organizations: ['acme'] };
const may = (caller: TokenRecord, token: TokenRecord): boolean =>
  mayAct(snapshot, { principal: caller.principal, token: caller }, token);

describe('a person with a token', () => {
  it('may act on every token of theirs that the same voucher stands behind', () => {
    expect(may(held('tok_1', 'usr_ada', by('acme')), held('tok_2', 'usr_ada', by('acme')))).toBe(true);
    expect(may(held('tok_1', 'corp/1', corp), held('tok_2', 'corp/1', corp))).toBe(true);
    expect(may(held('tok_1', 'usr_ada', by('acme')), held('tok_2', 'usr_bob', by('acme')))).toBe(false);
  });

  it('is nobody to the tokens of the same login in another organization', () => {
    expect(may(held('tok_1', 'usr_ada', by('acme')), held('tok_2', 'usr_ada', by('globex')))).toBe(false);
    expect(may(held('tok_1', 'usr_ada', corp), held('tok_2', 'usr_ada', by('acme')))).toBe(false);
  });
});
