import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnLoopback, type LoopbackServer } from '../loopback.ts';
import { send, sendForJson } from './client.ts';

let server: LoopbackServer;
beforeAll(async () => {
  server = await listenOnLoopback((request, response) => {
    const size = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('size') ?? '-1');
    response.end(size >= 0 ? 'x'.repeat(size) : JSON.stringify({ host: request.headers.host }));
  });
});
afterAll(() => server.close());

describe("the tour's client", () => {
  it('connects to loopback whatever the name, and sends the name as Host', async () => {
    const url = `http://orders.localhost:${server.port}/`;
    expect(await sendForJson({ method: 'GET', url }, 200)).toEqual({
      ok: true,
      value: { host: `orders.localhost:${server.port}` },
    });
  });

  it.each([
    'http://orders.example/',
    'http://127.0.0.1.example/',
    'http://notlocalhost/',
    'http://10.0.0.1/',
  ])('never asks %s', async (url) => {
    expect(await send({ method: 'GET', url })).toEqual({ ok: false, error: `${url} is not on this machine` });
  });

  it('says which request went otherwise than expected', async () => {
    const answer = await sendForJson({ method: 'GET', url: server.url }, 201);
    expect(answer).toMatchObject({ ok: false });
    expect(JSON.stringify(answer)).toContain(`GET ${server.url} answered 200, expected 201`);
  });

  it('takes an answer of a mebibyte and no more', async () => {
    const limit = 1024 * 1024;
    expect(await send({ method: 'GET', url: `${server.url}/?size=${limit}` })).toMatchObject({ ok: true });
    expect(await send({ method: 'GET', url: `${server.url}/?size=${limit + 1}` })).toMatchObject({
      ok: false,
    });
  });

  it('says that nobody answers', async () => {
    const gone = await listenOnLoopback(() => {});
    await gone.close();
    expect(await send({ method: 'GET', url: gone.url })).toMatchObject({ ok: false });
  });
});
