import { describe, expect, it } from 'vitest';
import { cookieName, cookieValue, setCookie } from './cookies.ts';

const from = (...lines: string[]) => lines.map((line) => ['Cookie', line] as const);

describe('cookieValue', () => {
  it('finds the one value among those of others, in whichever line', () => {
    expect(cookieValue(from('a=1; session=css_x; b=2'), 'session')).toBe('css_x');
    expect(cookieValue(from('a=1', 'session=css_x'), 'session')).toBe('css_x');
    expect(cookieValue([['COOKIE', 'session=css_x']], 'session')).toBe('css_x');
  });

  it.each([
    ['absent', 'a=1'],
    ['another name that ends like it', 'x-session=1'],
    ['another case: names are compared exactly', 'Session=1'],
    ['twice', 'session=1; session=2'],
    ['empty', 'session='],
    ['quoted', 'session="1"'],
    ['with a space', 'session=1 2'],
    ['with a character that we never write', 'session=a%20b'],
    ['without =', 'session'],
    ['too long', `session=${'a'.repeat(4097)}`],
  ])('has no value: %s', (_why, line) => {
    expect(cookieValue(from(line), 'session')).toBeUndefined();
  });

  it('takes as many characters as the bound says', () => {
    expect(cookieValue(from(`session=${'a'.repeat(4096)}`), 'session')).toHaveLength(4096);
  });

  it('has no value when the second came in another line', () => {
    expect(cookieValue(from('session=1', 'session=2'), 'session')).toBeUndefined();
  });
});

describe('setCookie', () => {
  it('is for the host alone over https, and out of reach of scripts', () => {
    expect(setCookie('session', 'v', { scheme: 'https', maxAge: 60 })).toBe(
      '__Host-session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    );
    expect(cookieName('session', 'https')).toBe('__Host-session');
  });

  it('has no prefix over http, where a browser would refuse it', () => {
    expect(setCookie('session', '', { scheme: 'http', maxAge: 0, sameSite: 'Strict' })).toBe(
      'session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    );
  });
});
