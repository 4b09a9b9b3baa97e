import { describe, expect, it } from 'vitest';
import { audienceOf, prefersHtml } from './accept.ts';

describe('whom a refusal is for', () => {
  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html', true],
    ['text/*', true],
    ['TEXT/HTML;q=0.5, application/json;q=0.4', true],
    ['application/json, text/html;q=0.9', false],
    ['application/json, text/html', false],
    ['text/html;q=0', false],
    ['text/html;q=nonsense', false],
    ['*/*', false],
    ['', false],
  ])('Accept: %s wants HTML: %s', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });

  it('looks at a bounded number of media ranges', () => {
    expect(prefersHtml(`${'image/png,'.repeat(31)}text/html`)).toBe(true);
    expect(prefersHtml(`${'image/png,'.repeat(32)}text/html`)).toBe(false);
  });

  it('takes a navigation for a browser, kubectl for kubernetes and the rest for programs', () => {
    expect(audienceOf([['Sec-Fetch-Mode', 'navigate']])).toBe('browser');
    expect(audienceOf([['Sec-Fetch-Mode', 'cors']])).toBe('program');
    expect(audienceOf([['User-Agent', 'kubectl/v1.33.1 (linux/amd64) kubernetes/abcdef']])).toBe(
      'kubernetes',
    );
    expect(audienceOf([])).toBe('program');
  });

  it('reads repeated Accept lines as one list', () => {
    expect(
      audienceOf([
        ['Accept', 'application/json;q=0.1'],
        ['Accept', 'text/html'],
      ]),
    ).toBe('browser');
  });
});
