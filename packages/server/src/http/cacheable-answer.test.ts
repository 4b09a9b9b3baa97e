import { describe, expect, it } from 'vitest';
import { cacheableAnswer } from './cacheable-answer.ts';
import { REPEATED, type ServiceRequest } from './message.ts';

const HEADERS = { 'cache-control': 'public, max-age=300' };

function asked(held: string | undefined | typeof REPEATED, body = '{"a":1}') {
  const request = { header: (name: string) => (name === 'if-none-match' ? held : undefined) };
  return cacheableAnswer(request as ServiceRequest, body, HEADERS);
}

describe('an answer that caches may keep', () => {
  const { headers, status, body } = asked(undefined);
  const etag = headers['etag'] ?? '';

  it('has a tag that follows from its text alone', () => {
    expect([status, body]).toEqual([200, '{"a":1}']);
    expect(headers).toEqual({ ...HEADERS, 'content-type': 'application/json', etag });
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(asked(undefined).headers['etag']).toBe(etag);
    expect(asked(undefined, '{"a":2}').headers['etag']).not.toBe(etag);
  });

  it.each([
    ['the tag', etag],
    ['the tag among others', `"other" , ${etag}`],
    ['the tag that somebody on the way has marked as weak', `W/${etag}`],
  ])('is not sent again to who holds %s', (_name, held) => {
    expect(asked(held)).toEqual({ status: 304, headers: { ...HEADERS, etag }, body: '' });
  });

  it('is sent to who names another tag, no tag, or two headers', () => {
    for (const held of ['"other"', etag.slice(1, -1), '', REPEATED] as const)
      expect(asked(held).status).toBe(200);
  });
});
