import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSafeFetch } from './safe-fetch.ts';

/** A certificate made on the spot, in as little DER as X.509 allows (RFC 5280 section 4.1). */
const der = (tag: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const hex = (text: string) => Buffer.from(text, 'hex');
const time = (at: Date) => der(0x18, Buffer.from(at.toISOString().replaceAll(/[-:T]|\.\d+/g, '')));

function selfSigned(name: string, keys: { publicKey: KeyObject; privateKey: KeyObject }): string {
  const algorithm = der(0x30, hex('06082a8648ce3d040302'));
  const subject = der(0x30, der(0x31, der(0x30, hex('0603550403'), der(0x0c, Buffer.from(name)))));
  const altName = der(0x30, hex('0603551d11'), der(0x04, der(0x30, der(0x82, Buffer.from(name)))));
  const day = 86_400_000;
  const body = der(
    0x30,
    hex('a003020102'),
    hex('020101'),
    algorithm,
    subject,
    der(0x30, time(new Date(Date.now() - day)), time(new Date(Date.now() + day))),
    subject,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, altName)),
  );
  const signature = sign('sha256', body, keys.privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, hex('00'), signature));
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

describe('a safe fetch over TLS', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = selfSigned('issuer.test', keys);
  const limits = { size: 1024, time: 10_000 };
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const server = createServer(
    { cert: certificate, key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    (request, response) => response.end((request.socket as TLSSocket & { servername: string }).servername),
  );
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  it('sends the name to the pinned address, and believes the certificate of a given authority', async () => {
    const fetch = createSafeFetch({ allowPrivate: true, ca: certificate, resolve });
    const answer = await fetch(`https://issuer.test:${port}/`, limits);
    expect(answer.ok && answer.value.toString()).toBe('issuer.test');
  });

  it('refuses a certificate of another name', async () => {
    const fetch = createSafeFetch({ allowPrivate: true, ca: certificate, resolve });
    expect(await fetch(`https://other.test:${port}/`, limits)).toEqual({ ok: false, error: 'connection' });
  });

  it('refuses an authority that is not known, whatever the environment says', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const fetch = createSafeFetch({ allowPrivate: true, resolve });
      expect(await fetch(`https://issuer.test:${port}/`, limits)).toEqual({ ok: false, error: 'connection' });
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });
});
