import { describe, expect, it } from 'vitest';
import { createDecisionRing } from './decision-ring.ts';
import type { DecisionRecord } from './model.ts';
import { createRate } from './rate.ts';
import { MAX_TEXT, withoutSecrets } from './without-secrets.ts';

const recordOf = (id: string, audience = ''): DecisionRecord => ({
  id,
  time: 0,
  kind: 'exchange',
  effect: 'deny',
  determining: [],
  remoteAddress: '127.0.0.1',
  audience,
});

describe('a rate', () => {
  it('lets so many pass at once, and so many more in every second', () => {
    const rate = createRate(20, 10);
    const passed = (now: number): number =>
      Array.from({ length: 50 }, () => rate.take('a', now)).filter(Boolean).length;
    expect([passed(0), passed(0), passed(500), passed(1500), passed(9999)]).toEqual([20, 0, 10, 20, 20]);
  });

  it('keeps its keys apart', () => {
    const rate = createRate(1, 10);
    expect([rate.take('a', 0), rate.take('b', 0), rate.take('a', 0)]).toEqual([true, true, false]);
  });

  it('gives nothing for a clock that goes back', () => {
    const rate = createRate(1, 10);
    expect([rate.take('a', 5000), rate.take('a', 0), rate.take('a', 5000)]).toEqual([true, false, false]);
  });

  it('remembers as many keys as it may: the oldest is forgotten, no other', () => {
    const rate = createRate(1, 2);
    expect([rate.take('a', 0), rate.take('b', 0)]).toEqual([true, true]);
    expect([rate.take('a', 0), rate.take('b', 0)]).toEqual([false, false]);
    expect(rate.take('c', 0)).toBe(true);
    expect([rate.take('b', 0), rate.take('a', 0)]).toEqual([false, true]);
  });
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

describe('withoutSecrets', () => {
  const opaque = `cso_${'A1b2'.repeat(9)}ab`;
  const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvIn0.${'c2ln'.repeat(50)}`;

  it('blots out tokens, whole, cut, or amid other text', () => {
    expect(withoutSecrets(opaque)).toBe('[token]');
    expect(withoutSecrets(`audience=${opaque}&x`)).toBe('audience=[token]&x');
    expect(withoutSecrets(`Bearer ${opaque.slice(0, 20)}`)).toBe('Bearer [token]');
    expect(withoutSecrets(jwt)).toBe('[jwt]');
    expect(withoutSecrets(`"${jwt.slice(0, 15)}"`)).toBe('"[jwt]"');
    expect(withoutSecrets(`${'x'.repeat(MAX_TEXT - 30)} ${jwt}`)).not.toContain('eyJ');
  });

  it('leaves names as they are', () => {
    for (const name of [
      'urn:countersign:org:acme',
      'https://idp.example/a',
      'repo:acme/app:ref:refs/heads/main',
      'é',
    ]) {
      expect(withoutSecrets(name)).toBe(name);
    }
  });

  it('cuts at its bound and not before', () => {
    expect(withoutSecrets('x'.repeat(MAX_TEXT))).toBe('x'.repeat(MAX_TEXT));
    expect(withoutSecrets('x'.repeat(MAX_TEXT + 1))).toBe(`${'x'.repeat(MAX_TEXT)}…`);
  });
});
