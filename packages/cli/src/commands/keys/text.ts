import { isObject, type Claims, type Json } from '@countersign/core';
import { printable } from '../../printable.ts';

/** Key rings for a person: one line a key. Nothing of a key but its name ever comes here. */

const TIMES = ['created', 'activated', 'retired'] as const;

/** `GET /api/keys` in lines; an empty ring is said to be one. */
export function ringsText(answer: Claims): readonly string[] {
  return listOf(answer['rings']).flatMap(ringText);
}

/** One ring. */
export function ringText(ring: Claims): readonly string[] {
  const keys = listOf(ring['keys']).map(keyText);
  return [printable(ring['ring'] ?? '?'), ...(keys.length === 0 ? ['  no keys'] : keys)];
}

function keyText(key: Claims): string {
  const times = TIMES.flatMap((name) => {
    const seconds = key[name];
    return isTime(seconds) ? [`${name} ${new Date(seconds * 1000).toISOString()}`] : [];
  });
  const { kid = '?', state = '?' } = key;
  return `  ${printable(state).padEnd(8)} ${printable(kid)}  ${times.join('  ')}`.trimEnd();
}

/** Seconds that a Date can hold: ±8.64e15 milliseconds. */
function isTime(value: Json | undefined): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8.64e12;
}

function listOf(value: Json | undefined): readonly Claims[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((entry) => isObject(entry)) : [];
}
