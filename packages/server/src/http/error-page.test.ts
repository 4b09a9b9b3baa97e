import { describe, expect, it } from 'vitest';
import { REFUSALS } from '@countersign/core';
import { errorPage } from './error-page.ts';

describe('errorPage', () => {
  it('has a page for every code', () => {
    for (const [code, { cause, fix }] of Object.entries(REFUSALS)) {
      const page = errorPage(code);
      expect(page?.status).toBe(200);
      expect(page?.body).toContain(cause);
      expect(page?.body).toContain(fix);
    }
  });

  it('has none for anything else, and reflects nothing', () => {
    for (const code of ['', 'toString', '__proto__', '<script>', 'policy.refused/']) {
      expect(errorPage(code)).toBeUndefined();
    }
  });

  it('holds no text that HTML would read as markup', () => {
    for (const { description, cause, fix } of Object.values(REFUSALS)) {
      expect(`${description}${cause}${fix}`).not.toMatch(/[<>&]/);
    }
  });

  it('lets the page load and run nothing', () => {
    const policy = errorPage('policy.refused')?.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });
});
