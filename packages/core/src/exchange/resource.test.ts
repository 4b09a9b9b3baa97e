import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalResource, canonicalResources, MAX_RESOURCES } from './resource.ts';

describe('canonicalResource', () => {
  it.each([
    ['https://app.example', 'https://app.example'],
    ['https://app.example/', 'https://app.example'],
    ['HTTPS://App.Example', 'https://app.example'],
    ['https://app.example:443/x/', 'https://app.example/x'],
    ['http://app.example:80', 'http://app.example'],
    ['http://app.example:443', 'http://app.example:443'],
    ['https://app.example:8443/A/b', 'https://app.example:8443/A/b'],
    ['https://[::1]:8080/x', 'https://[::1]:8080/x'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalResource(text)).toBe(canonical);
  });

  it.each([
    '',
    'app.example',
    '//app.example',
    '/x',
    'ftp://app.example',
    'urn:x:y',
    'https://',
    'https://user@app.example',
    'https://user:pass@app.example',
    'https://app.example?x=1',
    'https://app.example/#x',
    'https://app.example#',
    'https://app.example//x',
    'https://app.example/x//',
    'https://app.example/./x',
    'https://app.example/x/..',
    'https://app.example/%2e%2e/x',
    'https://app.example/a b',
    'https://app.example\\x',
    ' https://app.example',
    'https://app.example\n',
    'https://*.example',
    'https://áp.example',
  ])('is none of %j, which would have to be repaired', (text) => {
    expect(canonicalResource(text)).toBeUndefined();
  });

  it('is its own canonical form', () => {
    const text = fc
      .tuple(
        fc.constantFrom('http', 'HTTPS'),
        fc.constantFrom('a', 'App.example', '[::1]'),
        fc.constantFrom('', ':80', ':443', ':8080'),
        fc.array(fc.constantFrom('/', 'a', 'B', '.', '..', '~'), { maxLength: 6 }),
      )
      .map(([scheme, host, port, path]) => `${scheme}://${host}${port}${path.join('')}`);
    fc.assert(
      fc.property(text, (written) => {
        const canonical = canonicalResource(written);
        if (canonical === undefined) return;
        expect(canonicalResource(canonical)).toBe(canonical);
      }),
    );
  });
});

describe('canonicalResources', () => {
  it('gives each once, in the order of the first', () => {
    expect(canonicalResources(['https://b/', 'https://a', 'https://B:443'])).toEqual([
      'https://b',
      'https://a',
    ]);
    expect(canonicalResources([])).toEqual([]);
  });

  it('gives nothing at all where one is none', () => {
    expect(canonicalResources(['https://a', 'a'])).toBeUndefined();
  });

  it('takes 16 and no more, however they are spelled', () => {
    const many = Array.from({ length: MAX_RESOURCES + 1 }, () => 'https://a');
    expect(canonicalResources(many.slice(1))).toEqual(['https://a']);
    expect(canonicalResources(many)).toBeUndefined();
  });
});
