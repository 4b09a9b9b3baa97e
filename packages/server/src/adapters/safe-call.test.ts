import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSafeCall } from './safe-fetch.ts';

const LIMITS = { size: 1024, time: 10_000 };
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

const inside = createSafeCall({ allowPrivate: true });

describe('a safe call', () => {
  it('posts a form of any characters with the headers of the call', async () => {
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () =>
        response.end(JSON.stringify({ ...request.headers, method: request.method, body })),
      );
    });
    const call = { form: 'code=ä&a=b', headers: { authorization: 'Basic YTpi' } };
    const answer = await inside(url, call, LIMITS);
    expect(JSON.parse(answer.ok ? answer.value.body.toString() : '')).toMatchObject({
      method: 'POST',
      body: 'code=ä&a=b',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'Basic YTpi',
      'accept-encoding': 'identity',
      host: new URL(url).host,
    });
  });

  it('cannot have a header of the call name another host', async () => {
    const url = await serve((request, response) => response.end(request.headers.host));
    const answer = await inside(url, { headers: { host: 'other.test' } }, LIMITS);
    expect(answer.ok && answer.value.body.toString()).toBe(new URL(url).host);
  });

  it('reads the statuses it was told to, and says which it was', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(400, { 'content-type': 'application/json' }).end('{}'),
    );
    expect(await inside(url, { form: '' }, LIMITS)).toEqual({ ok: false, error: 'status' });
    expect(await inside(url, { form: '', alsoReads: [400] }, LIMITS)).toEqual({
      ok: true,
      value: { status: 400, contentType: 'application/json', body: Buffer.from('{}') },
    });
  });

  it.each([301, 302, 303, 307, 308])(
    'sends a secret to nobody that it is redirected to (%i)',
    async (status) => {
      let asked = 0;
      const url = await serve((_request, response) => {
        asked += 1;
        response.writeHead(status, { location: '/elsewhere' }).end();
      });
      const call = { form: 'secret=a', alsoReads: [400, 401, 403] };
      expect(await inside(url, call, LIMITS)).toEqual({ ok: false, error: 'redirect' });
      expect(asked).toBe(1);
    },
  );

  it('bounds a body of any status', async () => {
    const url = await serve((_request, response) => response.writeHead(400).end('x'.repeat(1025)));
    expect(await inside(url, { alsoReads: [400] }, LIMITS)).toEqual({ ok: false, error: 'size' });
  });

  it('ends in time, whatever is still to come', async () => {
    const url = await serve((_request, response) => void response.write('{'));
    expect(await inside(url, { form: '' }, { ...LIMITS, time: 50 })).toEqual({ ok: false, error: 'time' });
  });

  it('reaches no private address that was not opened, and sends nothing there', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const outside = createSafeCall({ allowPrivate: false });
    expect(await outside(url, { form: 'secret=a' }, LIMITS)).toEqual({ ok: false, error: 'address' });
    expect(asked).toBe(0);
  });
});
