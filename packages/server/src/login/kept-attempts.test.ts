import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealingRing } from '../keys/sealing-ring.ts';
import { cookieName } from '../http/cookies.ts';
import type { ServiceRequest } from '../http/message.ts';
import { attemptCookie, newAttempt, sealAttempt, spentAttempt, type KeptAttempt } from './attempt.ts';
import {
  keepAttempt,
  keptAttempt,
  makeRoom,
  MAX_ATTEMPT_TEXT,
  MAX_ATTEMPTS,
  MAX_LOOKED_AT,
  MAX_ONE_ATTEMPT,
} from './kept-attempts.ts';
import { startLogin, type LoginRig } from './testing/rig.ts';

let rig: LoginRig;
beforeAll(async () => {
  rig = await startLogin();
});
afterAll(() => rig.close());

const attempt = (issuedAt: number, path = '/'): KeptAttempt =>
  newAttempt(rig.deps.random, { provider: 'idp', to: { kind: 'own', path }, issuedAt });
const nameOf = ({ state }: KeptAttempt) => cookieName(attemptCookie('_countersign', state), 'https');
const sealed = (one: KeptAttempt, ring = rig.deps.keys.sealing.cookie) =>
  `${nameOf(one)}=${sealAttempt(ring, one)}`;

function bringing(...cookies: readonly string[]): ServiceRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    remoteAddress: '192.0.2.1',
    header: (name) => (name === 'cookie' ? cookies.join('; ') : undefined),
    body: async () => ({ ok: true, value: Buffer.alloc(0) }),
  };
}
const takenAway = (kept: readonly KeptAttempt[], coming = '') => {
  const lines = makeRoom(rig.deps, bringing(...kept.map((one) => sealed(one))), coming);
  return kept
    .filter((one) => lines.some((line) => line.startsWith(`${nameOf(one)}=;`)))
    .map((one) => one.issuedAt);
};

describe('the attempts that a browser keeps', () => {
  it('are as many as there is room for with the one that comes', () => {
    expect(takenAway([1, 2, 3, 4].map((at) => attempt(at)))).toEqual([]);
    const tooMany = Array.from({ length: MAX_ATTEMPTS + 1 }, (_, at) => attempt(at));
    expect(takenAway(tooMany)).toEqual([0, 1]);
  });

  it('lose the answered ones first', () => {
    const kept = [1, 2, 3, 4].map((at) => attempt(at));
    expect(takenAway([...kept, spentAttempt(attempt(9))])).toEqual([9]);
  });

  it('are bounded in all, however few they are', () => {
    const long = [1, 2].map((at) => attempt(at, `/${'a'.repeat(2000)}`));
    expect(takenAway(long)).toEqual([]);
    expect(takenAway(long, 'a'.repeat(MAX_ATTEMPT_TEXT - 4000))).toEqual([1]);
  });

  it('are so many that are looked at, whatever somebody writes into his own browser', () => {
    const tooMany = Array.from({ length: MAX_LOOKED_AT + 8 }, (_, at) => attempt(at));
    expect(takenAway(tooMany)).toHaveLength(MAX_LOOKED_AT - (MAX_ATTEMPTS - 1));
  });

  it('of another deployment on the same host are neither read nor taken away', () => {
    const other = createSealingRing(new Uint8Array(32).fill(1), []);
    const theirs = Array.from({ length: 8 }, (_, at) => attempt(at));
    const lines = makeRoom(rig.deps, bringing(...theirs.map((one) => sealed(one, other))), '');
    expect(lines).toEqual([]);
    const [first] = theirs;
    if (!first) throw new Error('there is one');
    expect(keptAttempt(rig.deps, bringing(sealed(first, other)), first.state)).toBeUndefined();
  });

  it('are one by one no longer than a browser keeps', () => {
    const lines = [1000, 2000, 3000, 4000].map((length) =>
      keepAttempt(rig.deps, attempt(1, `/${'a'.repeat(length)}`)),
    );
    expect(lines[0]).toBeDefined();
    expect(lines[3]).toBeUndefined();
    for (const line of lines) {
      expect(/=([^;]*)/.exec(line ?? '')?.[1]?.length ?? 0).toBeLessThanOrEqual(MAX_ONE_ATTEMPT);
    }
  });

  it('are kept up to that very length', () => {
    // A character of the path is more than one of what is sealed, and never four.
    const kept = Array.from({ length: 500 }, (_, at) => {
      const one = attempt(1, `/${'a'.repeat(2400 + at)}`);
      const length = sealAttempt(rig.deps.keys.sealing.cookie, one).length;
      return { length, isKept: keepAttempt(rig.deps, one) !== undefined };
    });
    expect(kept.filter(({ length, isKept }) => isKept !== length <= MAX_ONE_ATTEMPT)).toEqual([]);
    const longest = Math.max(...kept.filter(({ isKept }) => isKept).map(({ length }) => length));
    expect(longest).toBeGreaterThan(MAX_ONE_ATTEMPT - 4);
    expect(kept.some(({ isKept }) => !isKept)).toBe(true);
  });
});
