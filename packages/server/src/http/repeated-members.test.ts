import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedMembers } from './repeated-members.ts';

describe('repeatedMembers', () => {
  it('sees a member that comes twice, however it is escaped', () => {
    expect([...repeatedMembers('{"a":1,"b":2,"a":3}').keys()]).toEqual(['a']);
    expect([...repeatedMembers('{"a":1, "\\u0061" : 3}').keys()]).toEqual(['a']);
    expect([...repeatedMembers('{"a\\"":1,"a\\"":3}').keys()]).toEqual(['a"']);
  });

  it('does not take values, or members of nested objects, for names of the top level', () => {
    expect(repeatedMembers('{"a":"a","b":{"a":1,"a":2},"c":["a","a"]}').size).toBe(0);
    expect(repeatedMembers('{"a\\\\":"\\\\","b":"{\\"a\\":1"}').size).toBe(0);
  });

  it('keeps every value of it, in order, null and lists as they are', () => {
    const text = ' {"a" : "x,}" , "b":[2] ,"a":null,\n"c":{"a":9},"a": [1, 2] , "b" :"\\"," } ';
    expect([...repeatedMembers(text)]).toEqual([
      ['a', ['x,}', null, [1, 2]]],
      ['b', [[2], '",']],
    ]);
  });

  it('finds nothing in what JSON.stringify writes, and the doubled member in any such text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const text = JSON.stringify(object);
        expect(repeatedMembers(text).size).toBe(0);
        const [name = '', value] = Object.entries(JSON.parse(text) as object)[0] ?? [];
        const doubled = `${text.slice(0, -1)},${JSON.stringify(name)}:null}`;
        expect([...repeatedMembers(doubled)]).toEqual([[name, [value, null]]]);
      }),
    );
  });
});
