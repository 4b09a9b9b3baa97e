import type { Json } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { outlineOf } from './outline.ts';
import { formatPath } from './problem.ts';
import { checkReferences } from './references.ts';

const check = (file: Json) =>
  checkReferences(outlineOf(file)).map(({ path, message }) => `${formatPath(path)}: ${message}`);

describe('identity providers with one issuer', () => {
  const provider = (name: string, client: string, more: object = {}) => ({
    name,
    issuer: name === 'b' ? 'https://i.example/' : 'https://i.example',
    client_id: client,
    ...more,
  });
  const problems = (...providers: readonly ReturnType<typeof provider>[]) =>
    check({ identity_providers: providers });
  const message =
    'expected another client: the id_tokens of this one are those of "a", which has the same issuer';

  it('have clients of their own, whichever of them says so where', () => {
    expect(problems(provider('a', 'one'), provider('b', 'two', { audiences: ['three'] }))).toEqual([]);
    expect(problems(provider('a', 'one'), provider('b', 'one'))).toEqual([
      `identity_providers[1].client_id: ${message}`,
    ]);
    expect(
      problems(
        provider('a', 'one', { audiences: ['two'] }),
        provider('b', 'three', { audiences: ['x', 'two'] }),
      ),
    ).toEqual([`identity_providers[1].audiences[1]: ${message}`]);
  });

  it('may name a client twice, and share it with another issuer', () => {
    expect(problems(provider('a', 'one', { audiences: ['one'] }))).toEqual([]);
    expect(problems(provider('a', 'one'), provider('c', 'one', { issuer: 'https://j.example' }))).toEqual([]);
  });
});
