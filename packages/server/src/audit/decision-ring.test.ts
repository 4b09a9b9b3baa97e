import { describe, expect, it } from 'vitest';
import { createDecisionRing } from './decision-ring.ts';
import type { DecisionRecord } from './model.ts';

const recordOf = (id: string, audience = ''): DecisionRecord => ({
  id,
  time: 0,
  kind: 'exchange',
  effect: 'deny',
  determining: [],
  remoteAddress: '127.0.0.1',
  audience,
});

describe('the ring', () => {
  it('keeps the last so many decisions', () => {
    const ring = createDecisionRing({ decisions: 3, characters: 100_000 });
    for (const id of ['a', 'b', 'c', 'd']) ring.push({ record: recordOf(id) });
    expect(['a', 'b', 'c', 'd'].map((id) => ring.find(id)?.record.id)).toEqual([undefined, 'b', 'c', 'd']);
  });

  it('keeps so many characters: one large decision drives out several small ones', () => {
    const size = JSON.stringify({ record: recordOf('a') }).length;
    const ring = createDecisionRing({ decisions: 100, characters: size * 4 });
    for (const id of ['a', 'b', 'c', 'd']) ring.push({ record: recordOf(id) });
    ring.push({ record: recordOf('e', 'x'.repeat(size)) });
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => ring.find(id)?.record.id)).toEqual([
      undefined,
      undefined,
      'c',
      'd',
      'e',
    ]);
  });

  it('does not take what is larger than all of it, nor an id twice', () => {
    const ring = createDecisionRing({ decisions: 10, characters: 1000 });
    ring.push({ record: recordOf('a') });
    ring.push({ record: recordOf('b', 'x'.repeat(1000)) });
    ring.push({ record: recordOf('a', 'another') });
    expect(ring.find('b')).toBeUndefined();
    expect(ring.find('a')?.record.audience).toBe('');
  });
});
