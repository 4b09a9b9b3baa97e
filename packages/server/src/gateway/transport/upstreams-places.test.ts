import { describe, expect, it } from 'vitest';
import { createPlaces } from './upstreams-places.ts';

const WAITS: unknown = expect.any(Function);
const giveUp = (place: unknown): unknown => typeof place === 'function' && place();

/** Whoever begins is noted, with the way to end. */
function rig(places: number, waiting: number) {
  const begun: string[] = [];
  const leave = new Map<string, () => void>();
  let emptied = 0;
  const line = createPlaces(places, waiting, () => (emptied += 1));
  return {
    begun,
    leave: (name: string) => leave.get(name)?.(),
    take: (name: string) =>
      line.take((end) => {
        begun.push(name);
        leave.set(name, end);
      }),
    line,
    emptied: () => emptied,
  };
}

describe('places at a target', () => {
  it('are taken at once while there are some, then in the order of the line', () => {
    const { take, leave, begun, line } = rig(2, 9);
    for (const name of ['a', 'b', 'c', 'd']) take(name);
    expect(begun).toEqual(['a', 'b']);
    expect(line.load()).toBe(4);
    leave('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    leave('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect(line.load()).toBe(2);
  });

  it('have a line that ends: beyond it nobody waits', () => {
    const { take, leave, begun, line } = rig(1, 2);
    expect(['a', 'b', 'c', 'd'].map(take)).toEqual(['begun', WAITS, WAITS, 'full']);
    expect(line.load()).toBe(3);
    leave('a');
    expect(take('e')).toEqual(WAITS);
    for (const name of ['b', 'c', 'e']) leave(name);
    expect(begun).toEqual(['a', 'b', 'c', 'e']);
  });

  it('are not taken by whoever has given up waiting', () => {
    const { take, leave, begun, line } = rig(1, 1);
    take('a');
    giveUp(take('b'));
    expect(line.load()).toBe(1);
    expect(take('c')).toEqual(WAITS);
    leave('a');
    expect(begun).toEqual(['a', 'c']);
  });

  it('are given back once, however often somebody leaves', () => {
    const { take, leave, begun, line } = rig(1, 9);
    for (const name of ['a', 'b', 'c']) take(name);
    leave('a');
    leave('a');
    expect(begun).toEqual(['a', 'b']);
    expect(line.isFull()).toBe(true);
  });

  it('say when the last has left, and not before', () => {
    const { take, leave, emptied } = rig(1, 9);
    take('a');
    take('b');
    leave('a');
    expect(emptied()).toBe(0);
    leave('b');
    expect(emptied()).toBe(1);
  });
});
