import { describe, expect, it } from 'vitest';
import { html, textOf } from './html.ts';

const RLO = '\u202E';

describe('html', () => {
  it('escapes text', () => {
    expect(textOf(html`<p>${`<b>&"'`}</p>`)).toBe('<p>&lt;b&gt;&amp;&quot;&#39;</p>');
  });

  it('escapes what stands in an attribute', () => {
    expect(textOf(html`<input value="${'"><script>'}" />`)).toBe(
      '<input value="&quot;&gt;&lt;script&gt;" />',
    );
  });

  it('leaves markup of its own as it is', () => {
    const items = ['a', '<'].map((item) => html`<i>${item}</i>`);
    expect(textOf(html`<p>${items}</p>`)).toBe('<p><i>a</i><i>&lt;</i></p>');
    expect(textOf(html`<p>${undefined}${3}</p>`)).toBe('<p>3</p>');
  });

  it('takes no object for markup that only looks like it', () => {
    const forged = JSON.parse('{"Symbol(markup)":"<script>","hasForm":false}');
    expect(() => html`<p>${forged}</p>`).toThrow(TypeError);
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:x',
    ' https://a.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'data:,x',
    '',
  ])('leads nowhere instead of to %j', (url) => {
    expect(textOf(html`<a href="${url}">x</a>`)).toBe('<a href="about:invalid">x</a>');
    expect(textOf(html`<form action="${url}"></form>`)).toBe('<form action="about:invalid"></form>');
  });

  it.each(['https://a.example/x?y=1&z=2', 'http://localhost:8080/', '/.pomerium/sign_in', '/'])(
    'leads to %s',
    (url) => {
      expect(textOf(html`<a href="${url}">x</a>`)).toBe(`<a href="${url.replace('&', '&amp;')}">x</a>`);
    },
  );

  it('shows what nobody would see, and what turns the writing round', () => {
    expect(textOf(html`<p>${`a${RLO}b\u0000c\uD800`}</p>`)).toBe('<p>a\uFFFDb\uFFFDc\uFFFD</p>');
  });

  it('cuts text that nobody would read, and no value of a field', () => {
    const long = 'x'.repeat(1001);
    expect(textOf(html`<p>${'x'.repeat(1000)}</p>`)).toBe(`<p>${'x'.repeat(1000)}</p>`);
    expect(textOf(html`<p>${long}</p>`)).toBe(`<p>${'x'.repeat(1000)}…</p>`);
    expect(textOf(html`<input value="${long}" />`)).toContain(long);
  });

  it('knows whether there is a form, however deep', () => {
    expect(html`<p></p>`.hasForm).toBe(false);
    expect(html`<p>${'<form'}</p>`.hasForm).toBe(false);
    expect(html`<div>${[html`<p>${html`<form action="/"></form>`}</p>`]}</div>`.hasForm).toBe(true);
  });
});

describe('an attribute', () => {
  it('holds no markup, no list and no hole', () => {
    expect(() => html`<input value="${html`x`}" />`).toThrow(TypeError);
    expect(() => html`<input value="${[]}" />`).toThrow(TypeError);
    expect(() => html`<input value="${undefined}" />`).toThrow(TypeError);
  });
});
