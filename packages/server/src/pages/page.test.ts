import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { html } from './html.ts';
import { layout } from './layout.ts';
import { pageAnswer, type PageOptions } from './page.ts';
import { signOutPage } from './sign-out-page.ts';
import { signedOutPage } from './signed-out-page.ts';

const WITHOUT_FORM = signedOutPage({});
const WITH_FORM = signOutPage({ action: '/.pomerium/sign_out' });

const policyOf = (page = WITH_FORM, options: Partial<PageOptions> = {}): string[] =>
  (pageAnswer(page, { status: 200, ...options }).headers['content-security-policy'] ?? '').split('; ');

describe('pageAnswer', () => {
  it('lets a page load nothing, be framed by nobody, and move its base nowhere', () => {
    for (const page of [WITHOUT_FORM, WITH_FORM]) {
      expect(policyOf(page)).toEqual(
        expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
      );
      expect(pageAnswer(page, { status: 200 }).headers['x-frame-options']).toBe('DENY');
    }
  });

  it('lets exactly the style of the house apply', () => {
    const [, style = ''] =
      /<style>([\s\S]*)<\/style>/.exec(pageAnswer(WITHOUT_FORM, { status: 200 }).body) ?? [];
    expect(policyOf()).toContain(`style-src 'sha256-${hash('sha256', style, 'base64')}'`);
    expect(style.length).toBeLessThan(4096);
  });

  it('lets a page without a form send none', () => {
    expect(policyOf(WITHOUT_FORM, { formOrigins: ['https://idp.example'] })).toContain("form-action 'none'");
  });

  it('lets a form lead to its own host, and to what it is told', () => {
    expect(policyOf()).toContain("form-action 'self'");
    expect(policyOf(WITH_FORM, { formOrigins: ['https://idp.example', 'http://localhost:8080'] })).toContain(
      "form-action 'self' https://idp.example http://localhost:8080",
    );
  });

  it.each([
    'https://a.example; script-src *',
    'https://a.example *',
    '*',
    'https:',
    "'unsafe-inline'",
    'https://*.example',
    'https://a.example/path',
  ])('takes %j for no origin of a form', (origin) => {
    expect(policyOf(WITH_FORM, { formOrigins: [origin] })).toContain("form-action 'self'");
  });

  it('tells other sites nothing, and its own host where a form was, so that Origin is no null', () => {
    expect(pageAnswer(WITHOUT_FORM, { status: 200 }).headers['referrer-policy']).toBe('no-referrer');
    expect(pageAnswer(WITH_FORM, { status: 200 }).headers['referrer-policy']).toBe('same-origin');
  });

  it('is not kept unless it is said', () => {
    expect(pageAnswer(WITHOUT_FORM, { status: 200 }).headers['cache-control']).toBe('no-store');
    const kept = pageAnswer(WITHOUT_FORM, { status: 200, headers: { 'cache-control': 'public' } });
    expect(kept.headers['cache-control']).toBe('public');
  });

  it('loosens nothing for the headers that come in', () => {
    const { headers } = pageAnswer(WITHOUT_FORM, {
      status: 403,
      headers: {
        'content-security-policy': '',
        'x-frame-options': '',
        'referrer-policy': 'unsafe-url',
        'retry-after': '1',
      },
    });
    expect(headers).toEqual({ ...pageAnswer(WITHOUT_FORM, { status: 200 }).headers, 'retry-after': '1' });
  });

  it('carries its status and cookies', () => {
    expect(pageAnswer(WITHOUT_FORM, { status: 403, cookies: ['a=b'] })).toMatchObject({
      status: 403,
      cookies: ['a=b'],
    });
    expect(pageAnswer(WITHOUT_FORM, { status: 200 })).not.toHaveProperty('cookies');
  });

  it('is HTML in UTF-8', () => {
    const page = layout('Grüße', html`<p>x</p>`);
    expect(pageAnswer(page, { status: 200 })).toMatchObject({
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: expect.stringContaining('<h1>Grüße</h1>'),
    });
  });
});
