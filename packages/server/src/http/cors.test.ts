import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { preflightAnswer, readableAnswer, readersOf, type Readers } from './cors.ts';
import { REPEATED, type ServiceRequest } from './message.ts';

const APP = 'https://app.example';
const listed = new Set([APP, 'http://localhost:3000']);
const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

function request(
  headers: Readonly<Record<string, string | typeof REPEATED>>,
  method = 'GET',
): ServiceRequest {
  return {
    method,
    path: '/',
    query: '',
    remoteAddress: '192.0.2.1',
    header: (name) => headers[name],
    body: () => Promise.resolve(ok(Buffer.alloc(0))),
  };
}

const from = (origin: string | symbol, readers: Readers = 'listed origins') =>
  readableAnswer(answer, request({ origin: origin as string }), readers, listed).headers;
const preflight = (
  origin: string,
  readers: Readers,
  method = 'OPTIONS',
  asked = 'access-control-request-method',
) => preflightAnswer(request({ origin, [asked]: 'POST' }, method), readers, listed);

describe('who may read a path', () => {
  it.each([
    ['/api/oauth/token', 'listed origins'],
    ['/api/v1/token', 'listed origins'],
    ['/api/orgs/acme', 'listed origins'],
    ['/.well-known/jwks.json', 'every page'],
    ['/.well-known/oauth-authorization-server', 'every page'],
    ['/openapi.json', 'every page'],
    ['/api/openapi/pulumi-spec.json', 'every page'],
    ['/auth/nginx', 'no page'],
    ['/errors/credential.invalid', 'no page'],
    ['/', 'no page'],
  ])('%s: %s', (path, readers) => {
    expect(readersOf(path)).toBe(readers);
  });
});

describe('an answer', () => {
  it('is for a page of a listed origin, by name and without credentials', () => {
    expect(from(APP)).toEqual({
      ...answer.headers,
      'access-control-allow-origin': APP,
      'access-control-expose-headers': 'etag, retry-after, www-authenticate, x-pulumi-warning',
      vary: 'Origin',
    });
  });

  it.each([
    'https://app.example.evil.example',
    'https://evil-app.example',
    'https://app.example:443',
    'https://app.example/',
    'http://app.example',
    'https://APP.example',
    'https://app.example, https://evil.example',
    'null',
    '*',
    '',
    REPEATED,
  ])('is not for a page of %s, and says to caches that it may differ', (origin) => {
    expect(from(origin)).toEqual({ ...answer.headers, vary: 'Origin' });
  });

  it('is as it was where no origin is listed, or no page may read it', () => {
    expect(readableAnswer(answer, request({ origin: APP }), 'listed origins', new Set())).toBe(answer);
    expect(from(APP, 'no page')).toEqual(answer.headers);
  });

  it('that everybody may know is for every page, whoever asks', () => {
    for (const headers of [{}, { origin: 'https://evil.example' }]) {
      const { headers: said } = readableAnswer(answer, request(headers), 'every page', listed);
      expect(said).toMatchObject({ 'access-control-allow-origin': '*' });
      expect(said).not.toHaveProperty('access-control-allow-credentials');
      expect(said).not.toHaveProperty('vary');
    }
  });
});

describe('a preflight', () => {
  it('of a listed origin is told what it may send', () => {
    expect(preflight(APP, 'listed origins')).toEqual({
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match',
        'access-control-max-age': '600',
        vary: 'Origin',
      },
      body: '',
    });
  });

  it('of everybody is told to read', () => {
    expect(preflight('https://evil.example', 'every page')?.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
    });
  });

  it('of another origin, and what is none, is left to the endpoint', () => {
    expect(preflight('https://evil.example', 'listed origins')).toBeUndefined();
    expect(preflight(APP, 'no page')).toBeUndefined();
    expect(preflight(APP, 'listed origins', 'POST')).toBeUndefined();
    expect(preflight(APP, 'listed origins', 'OPTIONS', 'x-other')).toBeUndefined();
  });
});
