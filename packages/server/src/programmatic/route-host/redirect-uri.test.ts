import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedRedirectUri } from './redirect-uri.ts';

const HOSTS = ['localhost', 'app.example'];
const allowed = (text: string) => allowedRedirectUri(text, HOSTS);

describe('where a program may have its person sent back to', () => {
  it.each([
    ['http://localhost:1234', 'http://localhost:1234/'],
    ['http://LOCALHOST:1234/x', 'http://localhost:1234/x'],
    ['http://127.0.0.1:51234/callback?a=b', 'http://127.0.0.1:51234/callback?a=b'],
    ['http://127.8.9.1/', 'http://127.8.9.1/'],
    ['http://[::1]:80/', 'http://[::1]/'],
    ['https://app.example/x%20y', 'https://app.example/x%20y'],
    ['https://app.example:8443', 'https://app.example:8443/'],
  ])('%s is one that is listed', (text, url) => {
    expect(allowed(text)).toBe(url);
  });

  it.each([
    '',
    'localhost:1234',
    '/path',
    '//app.example/',
    'https:app.example',
    'https:/app.example',
    'https:///app.example',
    'https:\\\\app.example',
    'https://evil.example',
    'https://app.example.evil.example',
    'https://evil.example/app.example',
    'https://app.example@evil.example/',
    'https://localhost:80@evil.example/',
    'https://user:password@app.example/',
    'https://app.example\\@evil.example/',
    'https://evil.example\\.app.example/',
    'https://evil.example#.app.example',
    'https://app.example/#fragment',
    'https://app.example/\\evil',
    'https://app.example/ x',
    'https://app.example/\n',
    '\thttps://app.example/',
    'https://app.exa\tmple/',
    'https://app%2eexample.evil.example/',
    'https://аpp.example/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://app.example/',
    `https://app.example/${'a'.repeat(3000)}`,
  ])('%j is none', (text) => {
    expect(allowed(text)).toBeUndefined();
  });

  it('are loopback addresses only where localhost is listed', () => {
    expect(allowedRedirectUri('http://127.0.0.1:1/', ['app.example'])).toBeUndefined();
    expect(allowedRedirectUri('http://127.0.0.1:1/', ['127.0.0.1'])).toBe('http://127.0.0.1:1/');
    expect(allowedRedirectUri('http://localhost:1/', [])).toBeUndefined();
  });

  it('leads there from any page, whatever else it is, and holds nothing that ends a header', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.tuple(fc.constantFrom('https://app.example', 'http://localhost:1'), fc.string({ unit: 'binary' })),
      fc.tuple(fc.constantFrom('https://app.example/', 'http://localhost/?'), fc.string()),
    );
    let some = 0;
    fc.assert(
      fc.property(text, (given) => {
        const url = allowed(typeof given === 'string' ? given : given.join(''));
        if (url === undefined) return;
        some += 1;
        for (const page of ['https://auth.example/.pomerium/sign_in', 'http://evil.example/'])
          expect(new URL(url, page).href).toBe(url);
        expect(HOSTS).toContain(new URL(url).hostname);
        expect(url).toMatch(/^[!-~]+$/);
      }),
      { numRuns: 2000 },
    );
    expect(some).toBeGreaterThan(0);
  });

  it('leads to a listed host whatever it is made of', () => {
    const piece = fc.constantFrom(
      'https://',
      'http:',
      '//',
      '/',
      '\\',
      '@',
      ':',
      '.',
      '#',
      '?',
      '%2f',
      '%40',
      '%5c',
      '\t',
      '\n',
      ' ',
      'app.example',
      'localhost',
      '127.0.0.1',
      'evil.example',
      '[::1]',
      '80',
      'user',
      '\u0000',
      '。',
      'a',
    );
    let some = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, absolute) => {
        const url = allowed((absolute ? 'https://' : '') + pieces.join(''));
        if (url === undefined) return;
        some += 1;
        const { hostname, username, protocol } = new URL(url);
        expect(hostname).toMatch(/^(?:app\.example|localhost|\[::1\]|127(?:\.\d{1,3}){3})$/);
        expect([username, /^https?:$/.test(protocol), url.includes('\\')]).toEqual(['', true, false]);
      }),
      { numRuns: 3000 },
    );
    expect(some).toBeGreaterThan(0);
  });
});
