import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { ServiceRequest } from '../http/message.ts';
import { readJsonBody } from './json-body.ts';

const LIMIT = 1_000_000;

function read(body: string, type: string | undefined = 'application/json') {
  const bytes = Buffer.from(body);
  const request: Partial<ServiceRequest> = {
    header: (name) => (name === 'content-type' ? type : undefined),
    body: (limit) => Promise.resolve(bytes.length > limit ? err('too_large') : ok(bytes)),
  };
  return readJsonBody(request as ServiceRequest, LIMIT);
}

const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
const wide = (members: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, index) => [`m${index}`, index])));

async function status(body: string, type?: string): Promise<number | 'read'> {
  const result = await read(body, type);
  return result.ok ? 'read' : result.error.status;
}

describe('the JSON body of a call', () => {
  it('is an object, or nothing, which is an empty one', async () => {
    expect(await read('{"before":1}')).toEqual({ ok: true, value: { before: 1 } });
    expect(await read('', undefined)).toEqual({ ok: true, value: {} });
  });

  it.each(['[]', '1', 'null', '{', '{"a":1,"a":2}', '{"a":1e999}'])(
    'is refused when it is %s',
    async (body) => {
      expect(await status(body)).toBe(400);
    },
  );

  it.each([
    ['application/json; charset=utf-8', 'read'],
    ['application/merge-patch+json', 'read'],
    ['text/plain', 400],
    ['application/jsonp', 400],
  ] as const)('of the type %s is %s', async (type, wanted) => {
    expect(await status('{}', type)).toBe(wanted);
  });

  it('nests 32 levels and no more', async () => {
    expect(await status(nested(32))).toBe('read');
    expect(await status(nested(33))).toBe(400);
  });

  it('has 4,096 members and no more', async () => {
    expect(await status(wide(4096))).toBe('read');
    expect(await status(wide(4097))).toBe(400);
  });

  it('beyond the limit in bytes is too large', async () => {
    expect(await status(`{"a":"${'x'.repeat(LIMIT)}"}`)).toBe(413);
  });
});
