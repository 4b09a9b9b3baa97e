import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeaderLine } from './model.ts';
import { traceContext } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const lines = (parent: string, ...states: readonly string[]): readonly HeaderLine[] => [
  ['accept', '*/*'],
  ['traceparent', parent],
  ...states.map((state): HeaderLine => ['tracestate', state]),
];

describe('the trace of a request', () => {
  it('is read from one traceparent, in any case of its name', () => {
    for (const name of ['traceparent', 'Traceparent', 'TraceParent']) {
      expect(traceContext([[name, PARENT]])).toEqual({
        traceId: TRACE,
        parent: PARENT,
        passes: ['traceparent'],
        sets: [],
      });
    }
  });

  it('is none where nobody says one', () => {
    expect(traceContext([])).toBeUndefined();
    expect(traceContext([['tracestate', 'a=1']])).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['cut', PARENT.slice(0, -1)],
    ['longer than version 00 is', `${PARENT}-00`],
    ['of a version that is none', PARENT.replace('00-', 'ff-')],
    ['in capitals', PARENT.toUpperCase()],
    ['of no trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['of no parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['with spaces', ` ${PARENT}`],
    ['two in one line', `${PARENT}, ${PARENT}`],
    ['of a later version without a hyphen', `01-${TRACE}-b7ad6b7169203331-01x`],
    ['longer than anybody needs', `01-${TRACE}-b7ad6b7169203331-01-${'a'.repeat(256)}`],
  ])('is none where traceparent is %s', (_what, value) => {
    expect(traceContext(lines(value, 'a=1'))).toBeUndefined();
  });

  it('is none where two lines say one', () => {
    expect(traceContext([...lines(PARENT), ['Traceparent', PARENT]])).toBeUndefined();
  });

  it('may be of a later version, whose further fields nobody here reads', () => {
    expect(traceContext(lines(`01-${TRACE}-b7ad6b7169203331-01-more`))?.traceId).toBe(TRACE);
    expect(traceContext(lines(`cc-${TRACE}-b7ad6b7169203331-01`))?.traceId).toBe(TRACE);
  });
});

describe('tracestate', () => {
  const passes = (...states: readonly string[]) => traceContext(lines(PARENT, ...states))?.passes;

  it.each([
    'a=1',
    'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    'tenant@vendor=1',
    ' a=1 ,\tb=2',
    'a=1,,b=2',
    '',
  ])('goes on beside its traceparent: %j', (state) => {
    expect(passes(state)).toEqual(['traceparent', 'tracestate']);
  });

  it.each(['a', 'a=', '=1', 'A=1', 'a=1=2', 'a=\u00e9', `${'k'.repeat(257)}=1`, `a=${'v'.repeat(257)}`])(
    'does not where it is malformed, and takes nothing with it: %j',
    (state) => {
      expect(passes(state)).toEqual(['traceparent']);
    },
  );

  it('has 32 entries at most, all its lines together', () => {
    const entries = Array.from({ length: 32 }, (_, at) => `k${at}=v`);
    expect(passes(...entries)).toEqual(['traceparent', 'tracestate']);
    expect(passes(entries.join(','), 'one=more')).toEqual(['traceparent']);
  });

  it('has entries of 544 characters at most, spaces among them', () => {
    const padded = (length: number): string => `a=1${' '.repeat(length - 3)}`;
    expect(passes(padded(544))).toEqual(['traceparent', 'tracestate']);
    expect(passes(padded(545))).toEqual(['traceparent']);
  });
});

it('believes every traceparent that is made as the specification says, and reads its trace', () => {
  const hex = (length: number) =>
    fc
      .array(fc.constantFrom(...'0123456789abcdef'.split('')), { minLength: length, maxLength: length })
      .map((digits) => digits.join(''))
      .filter((text) => !/^0+$/.test(text));
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom('00', '01', 'ff'), (traceId, parentId, flags) => {
      expect(traceContext(lines(`00-${traceId}-${parentId}-${flags}`))?.traceId).toBe(traceId);
    }),
  );
});
