import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { LiveTable } from './live-table.ts';
import { mint, RECORD } from './testing/fixture.ts';

const OLD = [['sub']] as const;
const NEW = [['sub'], ['ref']] as const;
const CLAIMS = { sub: 's', ref: 'main', other: 1 };
const record = (id = RECORD.id) => ({ ...RECORD, id, claims: CLAIMS });
const table = () => new LiveTable({ claimPaths: OLD });
const claimsOf = (live: LiveTable, hash: Uint8Array) => live.find(hash)?.claims;

describe('the live token table', () => {
  it('answers with the claims of before until its successor takes over, and then with those of now', async () => {
    const live = table();
    const { hash } = mint();
    live.insert(hash, record());
    const prepared = await live.prepare(NEW, async (into) => {
      into.insert(hash, record());
      expect(claimsOf(live, hash)).toEqual({ sub: 's' });
      return ok(undefined);
    });
    expect(claimsOf(live, hash)).toEqual({ sub: 's' });
    if (prepared.ok) prepared.value();
    expect(claimsOf(live, hash)).toEqual({ sub: 's', ref: 'main' });
    expect(live.kept(record()).claims).toEqual({ sub: 's', ref: 'main' });
  });

  it('takes tokens over that are issued while the successor is filled', async () => {
    const live = table();
    const { hash } = mint();
    const prepared = await live.prepare(NEW, async () => {
      live.insert(hash, record());
      return ok(undefined);
    });
    if (prepared.ok) prepared.value();
    expect(claimsOf(live, hash)).toEqual({ sub: 's', ref: 'main' });
  });

  it('never takes over a token that was ended meanwhile, whenever storage was read', async () => {
    const live = table();
    const [early, late] = [mint().hash, mint().hash];
    live.insert(early, record());
    live.insert(late, record());
    const prepared = await live.prepare(NEW, async (into) => {
      into.insert(late, record());
      live.remove(early);
      live.remove(late);
      into.insert(early, record());
      return ok(undefined);
    });
    if (prepared.ok) prepared.value();
    expect([live.find(early), live.find(late), live.size]).toEqual([undefined, undefined, 0]);
    expect(live.removals).toBe(2);
  });

  it('goes on as it was when storage does not answer', async () => {
    const live = table();
    const { hash } = mint();
    live.insert(hash, record());
    const prepared = await live.prepare(NEW, () => Promise.resolve(err('unavailable' as const)));
    expect(prepared).toEqual(err('unavailable'));
    expect(claimsOf(live, hash)).toEqual({ sub: 's' });
    live.remove(hash);
    expect(live.find(hash)).toBeUndefined();
  });
});
