import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseParameters } from './parameters.ts';

const json = (text: string, type = 'application/json') => parseParameters(type, undefined, Buffer.from(text));
const form = (text: string) =>
  parseParameters('application/x-www-form-urlencoded', undefined, Buffer.from(text, 'latin1'));

describe('parseParameters', () => {
  it('means the same by a form and by JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
        (object) => {
          const asForm = form(new URLSearchParams(object).toString());
          const asJson = json(JSON.stringify(object));
          expect(asForm).toEqual(asJson);
        },
      ),
    );
  });

  it('takes JSON null for absent, and keeps numbers', () => {
    const result = json('{"scope":null,"expiration":7200}');
    expect(result.ok && [...result.value.values]).toEqual([['expiration', [7200]]]);
  });

  it('reports a repeated parameter as repeated in both encodings', () => {
    for (const result of [json('{"a":"1","a":"1"}'), form('a=1&a=1')]) {
      expect(result.ok && result.value.values.get('a')).toHaveLength(2);
    }
  });

  it('keeps all values of a member that is repeated in JSON, so that a last null takes nothing back', () => {
    const values = (text: string) => {
      const result = json(text);
      return result.ok && result.value.values.get('a');
    };
    expect(values('{"a":"1","b":"2","a":"3"}')).toEqual(['1', '3']);
    expect(values('{"a":"1","a":null}')).toEqual(['1', null]);
    expect(values('{"a":null,"a":null}')).toEqual([null, null]);
    // Not joined: one empty list would make a repeated member a single one.
    expect(values('{"a":["1"],"a":[]}')).toEqual([['1'], []]);
  });

  it.each([
    ['no media type', undefined, undefined, '{}'],
    ['an unknown media type', 'text/plain', undefined, '{}'],
    ['a charset other than UTF-8', 'application/json; charset=utf-16', undefined, '{}'],
    ['a compressed body', 'application/json', 'gzip', '{}'],
    ['broken JSON', 'application/json', undefined, '{"a":'],
    ['JSON that is no object', 'application/json', undefined, '[]'],
    ['a bad escape in a form', 'application/x-www-form-urlencoded', undefined, 'a=%zz'],
    ['bad UTF-8 in a form', 'application/x-www-form-urlencoded', undefined, 'a=%ff'],
  ])('refuses %s', (_name, type, encoding, body) => {
    expect(parseParameters(type, encoding, Buffer.from(body))).toEqual({ ok: false, error: 'request.body' });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseParameters('application/json', undefined, Buffer.from([0x7b, 0xff, 0x7d])).ok).toBe(false);
  });

  it('takes 64 parameters and not one more', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=`).join('&');
    expect(form(many(64)).ok).toBe(true);
    expect(form(many(65)).ok).toBe(false);
    expect(json(JSON.stringify(Object.fromEntries(new URLSearchParams(many(65))))).ok).toBe(false);
  });

  it('accepts a media type in any case, with a UTF-8 charset', () => {
    expect(json('{}', 'Application/JSON; charset="UTF-8"').ok).toBe(true);
  });
});
