import { once } from 'node:events';
import { connect } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { ask, certificateConfig, dialTls, startRig, type Rig, type RigOptions } from './testing/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});
async function start(options: RigOptions): Promise<Rig> {
  const rig = await startRig(options);
  rigs.push(rig);
  return rig;
}

const first = makeCertificate({ names: ['first.example'] });
const exact = makeCertificate({ names: ['www.apps.example'] });
const wildcard = makeCertificate({ names: ['*.apps.example'] });
const tls = {
  certificates: [
    certificateConfig(first, 'first.example'),
    certificateConfig(wildcard, '*.apps.example'),
    certificateConfig(exact, 'www.apps.example'),
  ],
};

/** SHA-256 of the certificate that is shown to whoever connects so. */
async function shown(port: number, options: ConnectionOptions): Promise<string> {
  const socket = await dialTls(port, options);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

describe('the certificate that is shown', () => {
  it.each([
    ['www.apps.example', exact],
    ['WWW.apps.example', exact],
    ['shop.apps.example', wildcard],
    // A star is one label (RFC 9525 section 6.3).
    ['a.shop.apps.example', first],
    ['apps.example', first],
    ['nobody.example', first],
    ['first.example', first],
  ])('to whoever asks for %s is that one', async (servername, expected) => {
    const { port } = await start({ tls });
    expect(await shown(port, { servername })).toBe(expected.thumbprint);
  });

  it('to whoever asks for nobody is the first', async () => {
    const { port } = await start({ tls });
    expect(await shown(port, {})).toBe(first.thumbprint);
  });

  it('is the new one from the next handshake on, and connections that are open stay', async () => {
    const rig = await start({ tls });
    const open = await dialTls(rig.port);
    expect(await ask(open)).toBe('not asked');
    const [renewed, other] = [
      makeCertificate({ names: ['first.example'] }),
      makeCertificate({ names: ['b.example'] }),
    ];
    rig.replace({
      certificates: [certificateConfig(renewed, 'first.example'), certificateConfig(other, 'b.example')],
    });
    expect(await shown(rig.port, {})).toBe(renewed.thumbprint);
    expect(await shown(rig.port, { servername: 'b.example' })).toBe(other.thumbprint);
    expect(await shown(rig.port, { servername: 'www.apps.example' })).toBe(renewed.thumbprint);
    expect(await ask(open)).toBe('not asked');
    open.destroy();
  });
});

describe('a handshake', () => {
  it.each([
    ['TLS 1.1', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
    ['no authenticated encryption', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
    ['HTTP/2 alone', { ALPNProtocols: ['h2'] }],
  ] as const)('with %s is refused', async (_name, options) => {
    const { port } = await start({ tls });
    await expect(dialTls(port, options as ConnectionOptions)).rejects.toThrow(/alert|protocol/i);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'over %s speaks HTTP/1.1, whatever else is offered',
    async (version) => {
      const { port } = await start({ tls });
      const ALPNProtocols = ['h2', 'http/1.1'];
      const socket = await dialTls(port, { minVersion: version, maxVersion: version, ALPNProtocols });
      expect(socket.alpnProtocol).toBe('http/1.1');
      expect(await ask(socket)).toBe('not asked');
      socket.destroy();
    },
  );

  it('is not begun again on a connection that has had one', async () => {
    const { port } = await start({ tls });
    const socket = await dialTls(port, { maxVersion: 'TLSv1.2' });
    const failed = once(socket, 'error');
    socket.renegotiate({ rejectUnauthorized: false }, () => {});
    expect(await failed).toMatchObject([{ message: expect.stringContaining('no renegotiation') }]);
  });

  it('that is none ends its connection, and no other', async () => {
    const { port } = await start({ tls });
    const plain = connect(port, '127.0.0.1').on('error', () => {});
    plain.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    let text = '';
    plain.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await once(plain, 'close');
    expect(text).not.toContain('HTTP/');
    const socket = await dialTls(port);
    expect(await ask(socket)).toBe('not asked');
    socket.destroy();
  });
});
