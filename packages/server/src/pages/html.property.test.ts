import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, textOf } from './html.ts';

/** Text as an attacker writes it: pieces of markup, of URLs and of the characters in between. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '&lt',
        '/',
        '\\',
        '\t',
        '\n',
        '\0',
        '=',
        ' ',
        '`',
        '\u202E',
        '\uD800',
      ),
      fc.constantFrom(
        '<script>',
        '</p>',
        '-->',
        '<!--',
        ']]>',
        'javascript:',
        'https://',
        '//',
        'onload=',
        '</title>',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

/** What a browser reads the references back to. */
function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (reference) => DECODED[reference] ?? '');
}
const DECODED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const seen = (text: string): string =>
  text.replace(/(?![\n\t])[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');

describe('a value, whatever it is,', () => {
  it('stays in the text that it stands in, and reads as it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inner = textOf(html`<p>${text}</p>`).slice('<p>'.length, -'</p>'.length);
        expect(inner).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(decoded(inner)).toBe(seen(text));
      }),
    );
  });

  it('stays in the attribute that it stands in, and reads as it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inner = textOf(html`<input value="${text}" />`).slice('<input value="'.length, -'" />'.length);
        expect(inner).not.toMatch(/[<>"']/);
        expect(decoded(inner)).toBe(seen(text));
      }),
    );
  });

  it('leads, as a link, to http, https or a path of the same host, or nowhere', () => {
    const own = 'https://own.example';
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          hostile.map((text) => `/${text}`),
          hostile.map((text) => `https:${text}`),
        ),
        (text) => {
          const href = decoded(
            textOf(html`<a href="${text}">x</a>`).slice('<a href="'.length, -'">x</a>'.length),
          );
          if (href === 'about:invalid') return;
          expect(href).toBe(text);
          // A URL that the parser refuses leads nowhere either.
          if (!URL.canParse(href, own)) return;
          const { protocol, origin } = new URL(href, own);
          expect(protocol).toMatch(/^https?:$/);
          if (href.startsWith('/')) expect(origin).toBe(own);
        },
      ),
    );
  });
});
