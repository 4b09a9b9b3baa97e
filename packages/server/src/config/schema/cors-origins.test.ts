import { describe, expect, it } from 'vitest';
import { corsOrigins } from './cors-origins.ts';

const problems = (origins: unknown): readonly string[] => {
  const parsed = corsOrigins.safeParse(origins);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
};

describe('cors_origins', () => {
  it.each(['https://app.example', 'https://app.example:8443', 'http://localhost:3000', 'http://[::1]:3000'])(
    'takes %s',
    (origin) => {
      expect(problems([origin])).toEqual([]);
    },
  );

  it.each([
    '*',
    'null',
    'https://*.example',
    'https://app.example/',
    'https://app.example/console',
    'https://app.example:443',
    'https://App.example',
    'https://user@app.example',
    'app.example',
    'file://',
    '',
  ])('does not take %j', (origin) => {
    expect(problems([origin])).toEqual([expect.stringMatching(/^expected .*origin|^expected scheme/)]);
  });

  it('takes at most sixty-four', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `https://a${index}.example`);
    expect(problems(many(64))).toEqual([]);
    expect(problems(many(65))).toEqual(['expected at most 64 origins']);
  });
});
