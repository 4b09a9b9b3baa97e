import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServiceRequest } from '../../http/message.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import { createOpenapiEndpoint } from './endpoint.ts';

const made = vi.hoisted(() => ({ loaded: 0, of: [] as string[] }));

vi.mock('./document.ts', () => {
  made.loaded += 1;
  return {
    openapiDocument: (url: string) => {
      made.of.push(url);
      return { openapi: '3.1.1', servers: [{ url }] };
    },
  };
});

const at = (url: string) => ({ snapshot: () => ({ service: { url } }) as Snapshot });

const request = (headers: Readonly<Record<string, string>> = {}) =>
  ({ header: (name: string) => headers[name] }) as ServiceRequest;

describe('the document over HTTP', () => {
  beforeEach(() => {
    made.of = [];
  });

  it('is not loaded before somebody asks for it, and then made once', async () => {
    const openapi = createOpenapiEndpoint();
    expect(made).toEqual({ loaded: 0, of: [] });
    const [first, second] = await Promise.all([
      openapi(at('https://a.example'), request()),
      openapi(at('https://a.example'), request()),
    ]);
    expect(second).toEqual(first);
    expect(await openapi(at('https://a.example'), request())).toEqual(first);
    expect(made).toEqual({ loaded: 1, of: ['https://a.example'] });
  });

  it('may be kept for five minutes, by anybody, and asked for again by its tag', async () => {
    const openapi = createOpenapiEndpoint();
    const { status, headers, body } = await openapi(at('https://a.example'), request());
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { openapi: '3.1.1', servers: [{ url: 'https://a.example' }] },
    ]);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^"[\w-]+"$/),
    });
    const again = await openapi(at('https://a.example'), request({ 'if-none-match': headers['etag'] ?? '' }));
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('names the address that the service has', async () => {
    const openapi = createOpenapiEndpoint();
    for (const url of ['https://a.example', 'https://b.example']) {
      expect(JSON.parse((await openapi(at(url), request())).body)).toMatchObject({ servers: [{ url }] });
    }
  });
});
