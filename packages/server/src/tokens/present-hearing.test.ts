import { describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import type { Hearing } from './present.ts';
import { mint, RECORD } from './testing/fixture.ts';
import { createRig } from './testing/rig.ts';

const rig = createRig(await openSqlite({ path: ':memory:' }));
const { database, presenter, stored } = rig;

describe('a process that has not heard of changes for too long', () => {
  /** Stale until it has been asked; what it hears then is up to the test. */
  function deaf(
    hears: () => void,
    afterwards = false,
  ): { readonly feed: Hearing; readonly polls: () => number } {
    let stale = true;
    let polls = 0;
    const poll = (): Promise<void> => {
      polls += 1;
      hears();
      stale = afterwards;
      return Promise.resolve();
    };
    return { feed: { stale: () => stale, poll }, polls: () => polls };
  }

  it('asks before it relies on what it knows', async () => {
    const { value, hash } = mint();
    rig.table.insert(hash, RECORD);
    const { feed, polls } = deaf(() => undefined);
    const present = presenter({ feed });
    expect(await present(value)).toEqual({ state: 'live', token: RECORD });
    expect(present(value)).toEqual({ state: 'live', token: RECORD });
    expect(polls()).toBe(1);
  });

  it('hears of the revocation that it missed, be it of one token or of many', async () => {
    const one = await stored();
    rig.table.insert(one.hash, RECORD);
    await database.write([markRevoked(one.hash, 1400)]);
    const missedOne = deaf(() => rig.table.remove(one.hash));
    expect(await presenter({ feed: missedOne.feed })(one.value)).toEqual({ state: 'revoked' });

    const many = mint();
    rig.table.insert(many.hash, RECORD);
    const missedMany = deaf(() =>
      rig.massRevocations.add({ organization: 'acme', by: 'subject', value: 'repo:acme/app', before: 1000 }),
    );
    expect(await presenter({ feed: missedMany.feed })(many.value)).toEqual({ state: 'revoked' });
  });

  it('says unavailable, never live and never invalid, while storage is silent', async () => {
    const { value, hash } = mint();
    rig.table.insert(hash, RECORD);
    const { feed } = deaf(() => undefined, true);
    expect(await presenter({ feed })(value)).toEqual({ state: 'unavailable' });
    expect(await presenter({ feed })((await stored()).value)).toEqual({ state: 'unavailable' });
    expect(rig.reads).toBe(0);
  });

  it('asks nobody about a value that was not made here', () => {
    const { feed, polls } = deaf(() => undefined);
    expect(presenter({ feed })(`cso_${'a'.repeat(38)}`)).toEqual({ state: 'invalid' });
    expect(polls()).toBe(0);
  });
});
