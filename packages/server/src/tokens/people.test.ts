import { describe, expect, it } from 'vitest';
import type { TokenRecord } from './model.ts';
import type { IssuedSpan } from './token-table.ts';
import { hashOf, personOf, recordOf, tableOf, teamOf } from './testing/table.ts';

describe('tokens of people in the table', () => {
  it('are counted, whoever each is', () => {
    const table = tableOf();
    for (let at = 0; at < 30; at += 1) table.insert(hashOf(at), { ...recordOf(at), principal: personOf(at) });
    const users: string[] = [];
    const spanOf = ({ principal }: Pick<TokenRecord, 'principal'>): IssuedSpan | undefined => {
      if (principal.kind === 'user') users.push(principal.user);
      return principal.kind === 'user' && principal.user === 'corp/7' ? { after: 0, upTo: 1e9 } : undefined;
    };
    expect(table.countLive(spanOf, 0)).toBe(3);
    expect(users).toHaveLength(30);
  });

  it('are each that person’s, of however many', () => {
    const table = tableOf();
    const of = (at: number): TokenRecord => ({ ...recordOf(at), principal: personOf(at) });
    for (let at = 0; at < 5000; at += 1) table.insert(hashOf(at), of(at));
    for (let round = 0; round < 2; round += 1)
      for (let at = 0; at < 5000; at += 1) expect(table.find(hashOf(at))).toEqual(of(at));
  });

  it('leave nothing of a person behind for whoever comes after them', () => {
    const table = tableOf();
    table.insert(hashOf(1), { ...recordOf(1), principal: personOf(20) });
    expect(table.find(hashOf(1))?.principal).toEqual(personOf(20));
    table.remove(hashOf(1));
    for (const next of [
      { ...recordOf(2), principal: teamOf(2) },
      { ...recordOf(2), principal: personOf(7) },
    ]) {
      table.insert(hashOf(2), next);
      expect(table.find(hashOf(2))).toEqual(next);
      table.remove(hashOf(2));
    }
  });
});
