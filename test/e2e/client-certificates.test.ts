import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificate } from '../support/certificates.ts';
import { authority, client, own, startTlsHouse, type Asked, type TlsHouse } from './tls-house.ts';

/** Certificates as a stranger finds them: ours, those of clients in a policy, and both when they change. */
const stranger = makeCertificate({ names: ['Stranger'], isAuthority: true });
const sibling = makeCertificate({ names: ['deploy.ci.example.evil.example'], issuer: authority });
const forged = makeCertificate({ names: ['deploy.ci.example'], issuer: stranger });

let house: TlsHouse;
beforeAll(async () => {
  house = await startTlsHouse();
});
afterAll(() => house.dispose());

const status = (options: Asked) => house.status(options);

let before: number;
beforeEach(() => {
  before = house.upstream.seen.length;
});
/** Paths that have reached the upstream in this test. */
const reached = (): readonly string[] => house.upstream.seen.slice(before).map(({ url }) => url);

describe('a policy about certificates', () => {
  it('lets in whom an authority of ours has signed, by name and by fingerprint', async () => {
    expect(await status({ to: house.deploy, ...client })).toBe(200);
    expect(await status({ to: `pinned.localhost:${house.server.port}`, ...client })).toBe(200);
    expect(reached()).toHaveLength(2);
  });

  it.each([
    ['no certificate', {}],
    ['one of another authority', forged],
    ['one of another name', sibling],
  ])('does not let in who shows %s', async (_name, shown) => {
    expect(await status({ to: house.deploy, ...shown })).toBe(401);
    expect(reached()).toEqual([]);
  });

  it('believes no header', async () => {
    const pem = encodeURIComponent(client.cert);
    const headers = {
      'x-forwarded-client-cert': `Hash=${client.thumbprint};DNS=deploy.ci.example;Cert="${pem}"`,
      'x-client-cert': pem,
      'x-ssl-client-verify': 'SUCCESS',
      'ssl-client-cert': pem,
      'client-cert': `:${Buffer.from(client.cert).toString('base64')}:`,
      'x-pomerium-client-cert-fingerprint': client.thumbprint,
    };
    expect(await status({ to: house.deploy, headers })).toBe(401);
    expect(await status({ to: house.deploy, headers, ...sibling })).toBe(401);
    expect(reached()).toEqual([]);
  });

  it('holds for a WebSocket, and on the connection on which another request has been answered', async () => {
    const options = { ca: authority.cert, servername: 'localhost', headers: { host: house.deploy } };
    const refused = new WebSocket(`wss://127.0.0.1:${house.server.port}/ws`, options);
    const [fault] = (await once(refused, 'error')) as [Error];
    expect(fault.message).toContain('401');
    // One request that keeps the connection, then the upgrade on it.
    const socket = connect({
      port: house.server.port,
      host: '127.0.0.1',
      ca: authority.cert,
      servername: 'localhost',
      ...client,
    });
    await once(socket, 'secureConnect');
    const head = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
    socket.write(head('GET / HTTP/1.1', `Host: ${house.deploy}`));
    await until(socket, /^HTTP\/1\.1 200 /);
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    socket.write(head('GET /ws HTTP/1.1', `Host: ${house.deploy}`, ...upgrade));
    // The upstream has none; it was asked for one.
    expect(await until(socket, /HTTP\/1\.1 \d{3}/)).toMatch(/HTTP\/1\.1 200 /);
    expect(reached()).toEqual(['/', '/ws']);
    socket.destroy();
  });
});

async function until(socket: TLSSocket, pattern: RegExp): Promise<string> {
  let text = '';
  while (!pattern.test(text)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString('latin1');
  }
  return text;
}

describe('certificates that change', () => {
  const said = (message: string) => house.server.log.filter(({ msg }) => msg === message).length;
  async function replace(name: string, content: string, message = 'configuration reloaded'): Promise<void> {
    const before = said(message);
    await writeFile(join(house.folder, `${name}.new`), content);
    await rename(join(house.folder, `${name}.new`), join(house.folder, name));
    house.server.signal('SIGHUP');
    await expect.poll(() => said(message), { timeout: 15_000 }).toBeGreaterThan(before);
  }

  it('are shown on both listeners, and who holds them back is told', async () => {
    const renewed = makeCertificate({ names: ['localhost'], issuer: authority });
    // The key of another certificate is refused whole; the old one stays.
    await replace(
      'server.key',
      renewed.key,
      'the configuration was not reloaded; the last good one stays in force',
    );
    expect(await shown(house.server.port)).toBe(own.thumbprint);
    await replace('server.pem', renewed.cert);
    expect(await shown(house.server.port)).toBe(renewed.thumbprint);
    expect(await shown(house.apiPort())).toBe(renewed.thumbprint);
    expect(house.server.stderr()).not.toContain(renewed.key.split('\n')[1]);
  });

  it('of authorities are in force at once', async () => {
    await replace('ca.pem', stranger.cert);
    expect(await status({ to: house.deploy, ...client })).toBe(401);
    expect(await status({ to: house.deploy, ...forged })).toBe(200);
    await replace('ca.pem', authority.cert);
    expect(await status({ to: house.deploy, ...client })).toBe(200);
  });
});

async function shown(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256.replaceAll(':', '').toLowerCase();
}
