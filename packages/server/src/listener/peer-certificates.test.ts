import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NO_CERTIFICATE } from '@countersign/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { createPeerCertificates } from './peer-certificates.ts';
import {
  ask,
  authority,
  certificateConfig,
  dialTls,
  otherAuthority,
  server,
  startRig,
  type Rig,
  type RigOptions,
} from './testing/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const DAY = 86_400_000;
const certificates = [certificateConfig(server, 'localhost')];
const tls = { certificates, clientCa: authority.cert };
const client = makeCertificate({ names: ['build-7.ci.example'], issuer: authority });

async function start(options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig({ tls, ...options });
  rigs.push(rig);
  return rig;
}

/** What the listener knows of whoever shows this certificate. */
async function known(port: number, shown: { cert?: string; key?: string }): Promise<string> {
  const socket = await dialTls(port, shown);
  const answer = await ask(socket);
  socket.destroy();
  return answer;
}

describe('the certificate of a client', () => {
  it('that verifies is its own, on every request of the connection', async () => {
    const { port } = await start();
    const socket = await dialTls(port, client);
    expect(await ask(socket)).toBe(client.thumbprint);
    expect(await ask(socket)).toBe(client.thumbprint);
    socket.destroy();
  });

  it('is nobody where none is shown, and the connection is welcome', async () => {
    expect(await known((await start()).port, {})).toBe('none');
  });

  it.each([
    ['of another authority', makeCertificate({ names: ['build-7.ci.example'], issuer: otherAuthority })],
    ['that signed itself', makeCertificate({ names: ['build-7.ci.example'] })],
    ['that has expired', makeCertificate({ names: ['x'], issuer: authority, notBefore: -9, notAfter: -2 })],
    ['of tomorrow', makeCertificate({ names: ['x'], issuer: authority, notBefore: 1, notAfter: 2 })],
    ['signed by one that is no authority', makeCertificate({ names: ['x'], issuer: client })],
  ])('%s is nobody', async (_name, shown) => {
    expect(await known((await start()).port, shown)).toBe('none');
  });

  it('is not asked for without client_ca, and nothing is said of it', async () => {
    const { port } = await start({ tls: { certificates } });
    expect(await known(port, client)).toBe('not asked');
  });

  it('of an intermediate verifies where it is listed, or sent along', async () => {
    const intermediate = makeCertificate({ names: ['Intermediate'], isAuthority: true, issuer: authority });
    const shown = makeCertificate({ names: ['x'], issuer: intermediate });
    const { port } = await start({ tls: { certificates, clientCa: authority.cert + intermediate.cert } });
    expect(await known(port, shown)).toBe(shown.thumbprint);
    const other = await start();
    expect(await known(other.port, shown)).toBe('none');
    const chain = { cert: shown.cert + intermediate.cert, key: shown.key };
    expect(await known(other.port, chain)).toBe(shown.thumbprint);
  });

  it('is nobody once it has expired, on a connection that is still open', async () => {
    let now = Date.now();
    const { port } = await start({ now: () => now });
    const socket = await dialTls(port, client);
    expect(await ask(socket)).toBe(client.thumbprint);
    now += 2 * DAY;
    expect(await ask(socket)).toBe('none');
    socket.destroy();
  });
});

describe('authorities that are replaced', () => {
  it('make nobody of whom the old ones vouched for: idle connections end', async () => {
    const rig = await start();
    const [shown, anonymous] = [await dialTls(rig.port, client), await dialTls(rig.port)];
    await ask(shown);
    await ask(anonymous);
    const closed = once(shown, 'close');
    rig.replace({ certificates, clientCa: otherAuthority.cert });
    await closed;
    // Who has shown nothing has lost nothing.
    expect(await ask(anonymous)).toBe('none');
    anonymous.destroy();
  });

  it('make nobody of whom the old ones vouched for: busy connections end with their next answer', async () => {
    let arrived = (_answer: ServerResponse): void => {};
    const waiting = new Promise<ServerResponse>((resolve) => (arrived = resolve));
    const rig = await start({
      request: (incoming, outgoing) => {
        if (incoming.url === '/slow') arrived(outgoing);
        else outgoing.end('quick');
      },
    });
    const socket = await dialTls(rig.port, client);
    const slow = ask(socket, '/slow');
    const answer = await waiting;
    rig.replace({ certificates, clientCa: otherAuthority.cert });
    answer.end('slow');
    expect(await slow).toBe('slow');
    const closed = once(socket, 'close');
    expect(await ask(socket, '/quick')).toBe('quick');
    await closed;
  });

  it('do not resume what the old ones verified', async () => {
    const rig = await start();
    const socket = await dialTls(rig.port, { ...client, maxVersion: 'TLSv1.2' });
    const session = socket.getSession();
    expect(await ask(socket)).toBe(client.thumbprint);
    socket.destroy();
    const again = await dialTls(rig.port, { session, maxVersion: 'TLSv1.2' });
    expect([again.isSessionReused(), await ask(again)]).toEqual([true, client.thumbprint]);
    again.destroy();
    rig.replace({ certificates, clientCa: otherAuthority.cert });
    const later = await dialTls(rig.port, { session, maxVersion: 'TLSv1.2' });
    expect([later.isSessionReused(), await ask(later)]).toEqual([false, 'none']);
    later.destroy();
  });

  it('make nobody of whom they did not verify, on whatever connection', () => {
    let inForce: string | undefined = 'old';
    const peers = createPeerCertificates(() => inForce);
    const raw = { remoteAddress: 'a', remotePort: 1, localAddress: 'b', localPort: 2, once: () => {} };
    const getPeerX509Certificate = () => new X509Certificate(client.cert);
    const socket = { ...raw, authorized: true, getPeerX509Certificate } as unknown as TLSSocket;
    peers.begin(raw as unknown as Socket, 'old');
    peers.note(socket, 'old');
    expect(peers.of(socket, Date.now())).toMatchObject({ fingerprint: client.thumbprint });
    inForce = 'new';
    expect([peers.of(socket, Date.now()), peers.isOutdated(socket)]).toEqual([NO_CERTIFICATE, true]);
    inForce = undefined;
    expect(peers.of(socket, Date.now())).toBeUndefined();
  });

  it('end a handshake that began under the old ones', () => {
    const peers = createPeerCertificates(() => 'new');
    const raw = { remoteAddress: 'a', remotePort: 1, localAddress: 'b', localPort: 2, once: () => {} };
    const secure = { ...raw, authorized: true, destroy: vi.fn() };
    peers.begin(raw as unknown as Socket, 'old');
    peers.note(secure as unknown as TLSSocket, 'new');
    expect(secure.destroy).toHaveBeenCalledOnce();
    expect(peers.of(secure as unknown as Socket, 0)).toBe(NO_CERTIFICATE);
  });
});
