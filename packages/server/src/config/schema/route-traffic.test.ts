import { describe, expect, it } from 'vitest';
import { route } from './route.ts';

const BASE = {
  name: 'a',
  from: 'https://a.example',
  to: 'http://127.0.0.1:9000',
  allow_any_authenticated_user: true,
};
const read = (keys: object) => route.parse({ ...BASE, ...keys });
const problems = (keys: object) =>
  route
    .safeParse({ ...BASE, ...keys })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the rate limit of a route', () => {
  it('is none unless the file says one', () => {
    expect(read({})).not.toHaveProperty('rateLimit');
    expect(read({ rate_limit: { requests: 100, per: '1m' } }).rateLimit).toEqual({ requests: 100, per: 60 });
  });

  it('is of at least one request a day, and has both its parts', () => {
    expect(read({ rate_limit: { requests: 1, per: '1d' } }).rateLimit).toEqual({ requests: 1, per: 86_400 });
    expect(read({ rate_limit: { requests: 100_000, per: 1 } }).rateLimit).toEqual({
      requests: 100_000,
      per: 1,
    });
    for (const [limit, path] of [
      [{ requests: 0, per: '1m' }, 'requests'],
      [{ requests: 100_001, per: '1m' }, 'requests'],
      [{ requests: 1.5, per: '1m' }, 'requests'],
      [{ requests: 1, per: '0s' }, 'per'],
      [{ requests: 1, per: '2d' }, 'per'],
      [{ requests: 1 }, 'per'],
      [{ per: '1m' }, 'requests'],
      [{ requests: 1, per: '1m', burst: 2 }, ''],
    ] as const)
      expect(problems({ rate_limit: limit })?.join()).toMatch(
        new RegExp(`^rate_limit${path && `\\.${path}`}: `),
      );
  });

  it('may be of a route that answers itself', () => {
    const { to: _, ...without } = BASE;
    const answering = { ...without, response: { status: 200 }, rate_limit: { requests: 1, per: '1s' } };
    expect(route.safeParse(answering).success).toBe(true);
  });
});

describe('allowed origins', () => {
  it('are of a route that allows WebSockets', () => {
    expect(read({ allow_websockets: true })).not.toHaveProperty('allowedOrigins');
    for (const origins of [[], ['https://b.example', 'http://c.example:8080']])
      expect(read({ allow_websockets: true, allowed_origins: origins }).allowedOrigins).toEqual(origins);
    expect(problems({ allowed_origins: ['https://b.example'] })).toEqual([
      'allowed_origins: needs allow_websockets: true: it is about the pages that open them',
    ]);
  });

  it.each([
    'null',
    '*',
    'https://*.example',
    'https://b.example/',
    'https://B.example',
    'https://b.example:443',
    'b.example',
    'wss://b.example',
  ])('are written as browsers write them, not %s', (origin) => {
    expect(problems({ allow_websockets: true, allowed_origins: [origin] })).toHaveLength(1);
  });
});
