import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { startForwardProxy, type TestProxyOptions } from '../../../../test/support/forward-proxy.ts';
import { parseProxyUrl } from './forward-proxy.ts';
import type { AllowPrivate } from './private-hosts.ts';
import { createSafeFetch } from './safe-fetch.ts';

const LIMITS = { size: 1024, time: 10_000 };
const certificate = makeCertificate({ names: ['issuer.example'] });
const trust = { ca: certificate.cert };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** An upstream that echoes its headers, behind a proxy, and a fetch through that. No name of it resolves. */
async function world(
  options: Partial<TestProxyOptions> & {
    secure?: boolean;
    allowPrivate?: AllowPrivate;
    userinfo?: string;
  } = {},
) {
  const { secure = true, allowPrivate = false, userinfo = '', ...rest } = options;
  const echo: RequestListener = (request, response) => response.end(JSON.stringify(request.headers));
  const { cert, key } = certificate;
  const port = await listen(secure ? createHttps({ cert, key }, echo) : createHttp(echo));
  const proxy = await startForwardProxy({ port, ...rest });
  closing.push(() => proxy.close());
  const resolved: string[] = [];
  const fetch = createSafeFetch({
    allowPrivate,
    proxy: `http://${userinfo}127.0.0.1:${proxy.port}`,
    resolve: async (host) => (resolved.push(host), []),
  });
  return { proxy, fetch, resolved };
}

describe('a fetch through a forward proxy', () => {
  it('opens a tunnel to the host and judges the certificate at its end', async () => {
    const { proxy, fetch, resolved } = await world();
    const answer = await fetch('https://issuer.example/x', LIMITS, trust);
    const headers = answer.ok ? (JSON.parse(answer.value.toString()) as Record<string, string>) : {};
    expect(headers['host']).toBe('issuer.example');
    expect(proxy.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'CONNECT issuer.example:443',
    ]);
    expect(resolved).toEqual([]);
  });

  it('refuses a certificate that nobody vouches for: a proxy may not read along', async () => {
    const { fetch } = await world();
    expect(await fetch('https://issuer.example/', LIMITS)).toEqual({ ok: false, error: 'certificate' });
    expect(await fetch('https://other.example/', LIMITS, trust)).toEqual({ ok: false, error: 'certificate' });
  });

  it('shows the proxy its credentials, and the issuer none', async () => {
    const { proxy, fetch } = await world({ userinfo: 'ada:w%40rd@' });
    const answer = await fetch('https://issuer.example:8443/', LIMITS, trust);
    expect(answer.ok && answer.value.toString()).not.toContain('authorization');
    expect(proxy.asked[0]).toMatchObject({
      target: 'issuer.example:8443',
      headers: { 'proxy-authorization': `Basic ${Buffer.from('ada:w@rd').toString('base64')}` },
    });
  });

  it('asks in absolute form for what may travel in the clear', async () => {
    const { proxy, fetch } = await world({ secure: false, allowPrivate: true, userinfo: 'ada:word@' });
    const answer = await fetch('http://localhost:9/keys', LIMITS);
    expect(answer.ok && JSON.parse(answer.value.toString())).toMatchObject({ host: 'localhost:9' });
    expect(proxy.asked).toMatchObject([
      {
        method: 'GET',
        target: 'http://localhost:9/keys',
        headers: { 'proxy-authorization': expect.any(String) as string },
      },
    ]);
  });

  it.each([
    'https://127.0.0.1/',
    'https://10.0.0.1/',
    'https://localhost/',
    'https://localhost./',
    'https://idp.internal/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/',
    'https://metadata.google.internal/',
    'http://issuer.example/',
    'http://localhost/',
  ])('is not made for %s: the host is checked, since the address is out of sight', async (url) => {
    const { proxy, fetch } = await world();
    expect(await fetch(url, LIMITS, trust)).toEqual({ ok: false, error: 'address' });
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    'https://metadata.google.internal../',
    'https://localhost../',
    'https://127.0.0.1../',
    'https://idp..internal/',
    'https://./',
  ])('is not made for %s: a proxy may read a name with an empty label as another', async (url) => {
    const { proxy, fetch } = await world();
    expect(await fetch(url, LIMITS, trust)).toEqual({ ok: false, error: 'name' });
    expect(proxy.asked).toEqual([]);
  });

  it('is made for private hosts of the list, by name or number, and never for a metadata service', async () => {
    const allowPrivate = ['idp.internal', '10.0.0.0/8', 'metadata.google.internal', '169.254.169.254'];
    const { proxy, fetch } = await world({ allowPrivate, refuse: '502 Bad Gateway' });
    for (const url of ['https://idp.internal/', 'https://10.1.2.3/', 'https://[::ffff:10.1.2.3]/'])
      expect(await fetch(url, LIMITS, trust)).toEqual({ ok: false, error: 'proxy' });
    const asked = proxy.asked.length;
    for (const url of [
      'https://other.internal/',
      'https://192.168.0.1/',
      'https://metadata.google.internal/',
      'https://169.254.169.254/',
    ])
      expect(await fetch(url, LIMITS, trust)).toEqual({ ok: false, error: 'address' });
    expect([asked, proxy.asked.length]).toEqual([3, 3]);
  });
});

describe('a forward proxy that does not do its part', () => {
  const failure = { ok: false, error: 'proxy' };

  it.each(['407 Proxy Authentication Required', '403 Forbidden', '302 Found', '204 No Content'])(
    'and answers %s is a failure, not a reason to go without it',
    async (refuse) => {
      const { fetch } = await world({ refuse });
      expect(await fetch('https://issuer.example/', LIMITS, trust)).toEqual(failure);
    },
  );

  it('and speaks before the host could is not believed', async () => {
    const { fetch } = await world({ tail: 'HTTP/1.1 200 OK\r\n\r\n{}' });
    expect(await fetch('https://issuer.example/', LIMITS, trust)).toEqual(failure);
  });

  it('and cannot be reached is a failure', async () => {
    const { proxy, fetch } = await world();
    await proxy.close();
    closing.splice(closing.length - 1);
    expect(await fetch('https://issuer.example/', LIMITS, trust)).toEqual(failure);
  });

  it('and does not answer is not waited for longer than the limit', async () => {
    const port = await listen(createTcp((socket) => closing.unshift(() => socket.destroy())));
    const fetch = createSafeFetch({ allowPrivate: false, proxy: `http://127.0.0.1:${port}` });
    expect(await fetch('https://issuer.example/', { size: 1, time: 50 })).toEqual({
      ok: false,
      error: 'time',
    });
  });

  it.each(['https://proxy.test', 'socks5://proxy.test', 'proxy:3128', 'http://proxy.test/path', ''])(
    'because its URL is %j lets nothing out',
    async (proxy) => {
      expect(parseProxyUrl(proxy)).toBeUndefined();
      const fetch = createSafeFetch({ allowPrivate: true, proxy });
      expect(await fetch('https://issuer.example/', LIMITS)).toEqual(failure);
    },
  );
});

describe('the URL of a forward proxy', () => {
  it.each([
    ['http://proxy.test', { host: 'proxy.test', port: 80 }],
    ['http://proxy.test:3128/', { host: 'proxy.test', port: 3128 }],
    ['http://[::1]:3128', { host: '::1', port: 3128 }],
    ['http://ada@proxy.test', { host: 'proxy.test', port: 80, authorization: 'Basic YWRhOg==' }],
    ['http://a:%zz@proxy.test', { host: 'proxy.test', port: 80, authorization: 'Basic YToleno=' }],
  ])('%s is read', (text, proxy) => {
    expect(parseProxyUrl(text)).toEqual(proxy);
  });
});
