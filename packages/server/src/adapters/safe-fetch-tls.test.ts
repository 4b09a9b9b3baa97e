import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../../../test/support/certificates.ts';
import { createSafeFetch, type FetchSight } from './safe-fetch.ts';

const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
const signed = makeCertificate({ names: ['issuer.test'], issuer: authority });
const selfSigned = makeCertificate({ names: ['issuer.test'] });

const limits = { size: 1024, time: 10_000 };
const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server under a certificate that counts what reaches it and answers with the name it was asked under. */
async function serve({ cert, key }: TestCertificate) {
  const seen = { connections: 0, requests: 0, sights: [] as FetchSight[] };
  const server = createServer({ cert, key }, (request, response) => {
    seen.requests += 1;
    response.end((request.socket as TLSSocket & { servername: string | false }).servername || 'no name');
  });
  server.on('connection', () => (seen.connections += 1));
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const observe = (sight: FetchSight) => void seen.sights.push(sight);
  const fetch = createSafeFetch({ allowPrivate: true, resolve, observe });
  return { seen, port, fetch, url: `https://issuer.test:${port}/` };
}

const refused = { ok: false, error: 'certificate' };

describe('a safe fetch over TLS', () => {
  it('sends the name to the pinned address, and believes the certificate of a given authority', async () => {
    const { fetch, url } = await serve(signed);
    const answer = await fetch(url, limits, { ca: authority.cert });
    expect(answer.ok && answer.value.toString()).toBe('issuer.test');
  });

  it('reaches an address without sending it as a name, and holds the certificate against it', async () => {
    const leaf = makeCertificate({ names: ['x', '127.0.0.1'], issuer: authority });
    const { fetch, port } = await serve(leaf);
    const answer = await fetch(`https://127.0.0.1:${port}/`, limits, { ca: authority.cert });
    expect(answer.ok && answer.value.toString()).toBe('no name');
    const other = await serve(signed);
    expect(await other.fetch(`https://127.0.0.1:${other.port}/`, limits, { ca: authority.cert })).toEqual(
      refused,
    );
  });

  it('refuses a certificate of another name', async () => {
    const { fetch, port, seen } = await serve(signed);
    expect(await fetch(`https://other.test:${port}/`, limits, { ca: authority.cert })).toEqual(refused);
    expect(seen.requests).toBe(0);
  });

  it('refuses one that has expired, whoever has signed it', async () => {
    const old = makeCertificate({ names: ['issuer.test'], issuer: authority, notBefore: -9, notAfter: -1 });
    const { fetch, url } = await serve(old);
    expect(await fetch(url, limits, { ca: authority.cert })).toEqual(refused);
  });

  it('refuses an authority that is not known, whatever the environment says', async () => {
    const { fetch, url, seen } = await serve(selfSigned);
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await fetch(url, limits)).toEqual(refused);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(seen).toMatchObject({ connections: 1, requests: 0 });
  });

  it('trusts the authority of one issuer for that issuer alone', async () => {
    const { fetch, url } = await serve(signed);
    expect((await fetch(url, limits, { ca: authority.cert })).ok).toBe(true);
    expect(await fetch(url, limits)).toEqual(refused);
    expect(await fetch(url, limits, { ca: selfSigned.cert })).toEqual(refused);
  });
});

describe('a thumbprint', () => {
  const pin = (...thumbprints: string[]) => ({ thumbprints });

  it('stands in for the authority, on the connection that is then used', async () => {
    const { fetch, url, seen } = await serve(selfSigned);
    const answer = await fetch(url, limits, pin('0'.repeat(64), selfSigned.thumbprint));
    expect(answer.ok && answer.value.toString()).toBe('issuer.test');
    expect(seen).toMatchObject({ connections: 1, requests: 1 });
  });

  it('is not asked for where the authority vouches: renewal of a certificate breaks nothing', async () => {
    const { fetch, url } = await serve(signed);
    expect((await fetch(url, limits, { ca: authority.cert, ...pin('0'.repeat(64)) })).ok).toBe(true);
  });

  it('of another certificate does not help, and nothing is sent', async () => {
    const { fetch, url, seen } = await serve(selfSigned);
    for (const thumbprints of [pin('0'.repeat(64)), pin(), pin(signed.thumbprint), pin('')])
      expect(await fetch(url, limits, thumbprints)).toEqual(refused);
    expect(seen.requests).toBe(0);
  });

  it('of the authority does not help: the leaf is pinned', async () => {
    const { fetch, url } = await serve(signed);
    expect(await fetch(url, limits, pin(authority.thumbprint))).toEqual(refused);
  });

  it('does not excuse another name', async () => {
    const { fetch, port, seen } = await serve(selfSigned);
    const url = `https://other.test:${port}/`;
    expect(await fetch(url, limits, pin(selfSigned.thumbprint))).toEqual(refused);
    const authorized = await serve(signed);
    const trust = { ca: authority.cert, ...pin(signed.thumbprint) };
    expect(await authorized.fetch(`https://other.test:${authorized.port}/`, limits, trust)).toEqual(refused);
    expect(seen.requests + authorized.seen.requests).toBe(0);
  });

  it.each([
    ['has expired', { notBefore: -9, notAfter: -1 }],
    ['is not valid yet', { notBefore: 1, notAfter: 9 }],
  ])('does not excuse that the certificate %s', async (_name, times) => {
    const leaf = makeCertificate({ names: ['issuer.test'], ...times });
    const { fetch, url, seen } = await serve(leaf);
    expect(await fetch(url, limits, pin(leaf.thumbprint))).toEqual(refused);
    expect(seen.requests).toBe(0);
  });
});

describe('what a safe fetch has seen', () => {
  it('is told with the certificate, good or not', async () => {
    const { fetch, url, seen } = await serve(selfSigned);
    await fetch(url, limits);
    await fetch(url, limits, { thumbprints: [selfSigned.thumbprint] });
    const addresses = [{ address: '127.0.0.1', class: 'loopback', allowed: true }];
    const certificate = { thumbprint: selfSigned.thumbprint, expiresAt: expect.any(Number) as number };
    expect(seen.sights).toEqual([
      { url, addresses, certificate: { ...certificate, trustedBy: 'nobody' }, failure: 'certificate' },
      { url, addresses, certificate: { ...certificate, trustedBy: 'thumbprint' }, status: 200, bytes: 11 },
    ]);
  });
});
