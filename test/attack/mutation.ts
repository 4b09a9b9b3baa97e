import fc from 'fast-check';

/** Changes to bytes, a few at a time: bits, runs cut out, copied or put in, and the pieces that parsers trip over. */

/** Places are taken modulo what there is. */
type Mutation = (bytes: Buffer) => Buffer;
const splice = (bytes: Buffer, at: number, cut: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
const place = (bytes: Buffer, at: number): number => (bytes.length === 0 ? 0 : at % bytes.length);

/** What parsers trip over, beside random bytes. */
const TOKENS = [
  '.',
  '..',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\0',
  '\n',
  '=',
  '+',
  '/',
  '%00',
  '\ufeff',
].concat(
  ['null', '1e999', '{"alg":"none"}', '"alg":"none",', '"crit":[],', '"__proto__":{},'],
  ['['.repeat(2000), '{"a":'.repeat(2000)],
);

const bytesToPut = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom(...TOKENS).map((text) => Buffer.from(text)),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[place(bytes, at)]! ^= 1 << bit;
    return changed;
  }),
  fc.tuple(fc.nat(), fc.nat(4), bytesToPut).map(
    ([at, cut, put]): Mutation =>
      (bytes) =>
        splice(bytes, place(bytes, at), cut, put),
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })).map(
    ([at, cut]): Mutation =>
      (bytes) =>
        splice(bytes, place(bytes, at), cut, Buffer.alloc(0)),
  ),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(60)).map(([from, to, length]): Mutation => (bytes) => {
    const start = place(bytes, from);
    return splice(bytes, place(bytes, to), 0, bytes.subarray(start, start + length));
  }),
);

export const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

export const mutate = (bytes: Buffer, changes: readonly Mutation[]): Buffer =>
  changes.reduce((changed, change) => change(changed), bytes);
