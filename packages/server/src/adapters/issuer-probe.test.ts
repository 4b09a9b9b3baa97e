import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { startForwardProxy } from '../../../../test/support/forward-proxy.ts';
import { probeIssuer } from './issuer-probe.ts';

const certificate = makeCertificate({ names: ['issuer.test'] });
const deps = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

/** An issuer that serves these documents by path. */
async function issuing(documents: (url: string) => Readonly<Record<string, unknown>>) {
  const { cert, key } = certificate;
  const server = createServer({ cert, key }, (request, response) => {
    const document = documents(url)[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const { port } = server.address() as AddressInfo;
  const url = `https://issuer.test:${port}`;
  return { url, port };
}

const DISCOVERY = '/.well-known/openid-configuration';
const good = (keys: readonly unknown[]) => (url: string) => ({
  [DISCOVERY]: { issuer: url, jwks_uri: `${url}/keys` },
  '/keys': { keys },
});
const trust = { ca: certificate.cert, allowPrivate: true };

describe('a probe of an issuer', () => {
  it('tells every fetch, the addresses, the certificate and the keys', async () => {
    const { url } = await issuing(
      good([
        { ...rsa, kid: 'r' },
        { ...ec, kid: 'e', use: 'enc' },
        { kty: 'oct', k: 'AA' },
      ]),
    );
    const probe = await probeIssuer(deps, { url, ...trust });
    const seen = {
      addresses: [{ address: '127.0.0.1', class: 'loopback', allowed: true }],
      certificate: {
        thumbprint: certificate.thumbprint,
        expiresAt: expect.any(Number) as number,
        trustedBy: 'authority',
      },
      status: 200,
      bytes: expect.any(Number) as number,
    };
    expect(probe).toEqual({
      ok: true,
      fetches: [
        { url: `${url}${DISCOVERY}`, ...seen },
        { url: `${url}/keys`, ...seen },
      ],
      issuer: url,
      jwksUri: `${url}/keys`,
      keys: [
        { kid: 'r', kty: 'RSA', algorithm: 'RS256', bits: 2048 },
        { kid: 'e', kty: 'EC', crv: 'P-256', fault: 'use' },
        { kty: 'oct', fault: 'secret' },
      ],
    });
    expect(probe.fetches[0]?.certificate?.expiresAt).toBeGreaterThan(Date.now());
  });

  it('shows the thumbprint that would have to be pinned when nobody vouches for the certificate', async () => {
    const { url } = await issuing(good([{ ...ec, kid: 'e' }]));
    const probe = await probeIssuer(deps, { url, allowPrivate: true });
    expect(probe).toMatchObject({
      ok: false,
      failure: { step: 'discovery', reason: 'certificate' },
      keys: [],
    });
    const thumbprint = probe.fetches[0]?.certificate?.thumbprint ?? '';
    expect(thumbprint).toBe(certificate.thumbprint);
    expect(await probeIssuer(deps, { url, allowPrivate: true, thumbprints: [thumbprint] })).toMatchObject({
      ok: true,
    });
  });

  it('connects to nothing that an exchange would not, and says which address it was', async () => {
    const { url } = await issuing(good([]));
    const probe = await probeIssuer(deps, { url, ca: certificate.cert, allowPrivate: false });
    expect(probe).toEqual({
      ok: false,
      fetches: [
        {
          url: `${url}${DISCOVERY}`,
          addresses: [{ address: '127.0.0.1', class: 'loopback', allowed: false }],
          failure: 'address',
        },
      ],
      keys: [],
      failure: { step: 'discovery', reason: 'address' },
    });
  });

  it('says whom the document speaks for when that is another', async () => {
    const { url } = await issuing(() => ({
      [DISCOVERY]: { issuer: 'https://other.test', jwks_uri: 'https://other.test/k' },
    }));
    expect(await probeIssuer(deps, { url, ...trust })).toMatchObject({
      ok: false,
      issuer: 'https://other.test',
      jwksUri: 'https://other.test/k',
      failure: { step: 'discovery', reason: 'issuer' },
    });
  });

  it('shows both places where metadata was looked for', async () => {
    const { url } = await issuing(() => ({}));
    const probe = await probeIssuer(deps, { url: `${url}/a`, ...trust });
    expect(probe.fetches.map((fetch) => [fetch.url, fetch.status, fetch.failure])).toEqual([
      [`${url}/a${DISCOVERY}`, 404, 'absent'],
      [`${url}/.well-known/oauth-authorization-server/a`, 404, 'absent'],
    ]);
  });

  it('is not content with keys of which none can be used', async () => {
    const ambiguous = [
      { ...ec, kid: 'e' },
      { ...other, kid: 'e' },
    ];
    const { url } = await issuing(good(ambiguous));
    const probe = await probeIssuer(deps, { url, ...trust });
    expect(probe).toMatchObject({ ok: false, failure: { step: 'keys', reason: 'unusable' } });
    expect(probe.keys.map(({ fault }) => fault)).toEqual(['ambiguous', 'ambiguous']);
  });

  it('of keys that were given by hand fetches nothing', async () => {
    const given = (jwks: string) =>
      probeIssuer(deps, { url: 'https://issuer.test', jwks, allowPrivate: false });
    expect(await given(JSON.stringify({ keys: [{ ...ec, kid: 'e' }] }))).toEqual({
      ok: true,
      fetches: [],
      keys: [{ kid: 'e', kty: 'EC', crv: 'P-256', algorithm: 'ES256' }],
    });
    expect(await given('{"keys":[]}')).toMatchObject({
      ok: false,
      failure: { step: 'keys', reason: 'unusable' },
    });
    expect(await given('x')).toMatchObject({ ok: false, failure: { step: 'keys', reason: 'malformed' } });
  });

  it('goes through the proxy that the server goes through', async () => {
    const { url, port } = await issuing(good([{ ...ec, kid: 'e' }]));
    const proxy = await startForwardProxy({ port });
    closing.push(() => proxy.close());
    const probe = await probeIssuer(
      {},
      {
        url,
        ca: certificate.cert,
        allowPrivate: false,
        proxy: `http://127.0.0.1:${proxy.port}`,
      },
    );
    expect(probe).toMatchObject({ ok: true });
    expect(proxy.asked).toHaveLength(2);
  });

  it.each(['', 'issuer.test', 'https://user@issuer.test', 'file:///etc/passwd'])(
    'of %j is a failure, not a fault',
    async (url) => {
      expect(await probeIssuer(deps, { url, allowPrivate: true })).toMatchObject({
        ok: false,
        failure: { step: 'discovery', reason: 'url' },
      });
    },
  );
});
