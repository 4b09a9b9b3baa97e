import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { NO_CERTIFICATE, type CertificateFacts } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { fixture, route } from '../testing/fixture.ts';
import { createNodeHttpTransport, type GatewayTransport } from './node-http.ts';

/** The certificate of the connection on its way to the policy, and what must not come in its place. */
const HOST = 'app.example';
/** Nothing listens where the route leads: whoever has been let in hears so. */
const IN = 502;
const shown: CertificateFacts = { ...NO_CERTIFICATE, fingerprint: 'ab'.repeat(32) };
const opened: { server: Server; transport: GatewayTransport }[] = [];
afterEach(async () => {
  for (const { server, transport } of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
    await transport.close();
  }
});

/** A route for whoever shows that certificate; `of`: what the connection has shown. */
async function start(of: () => CertificateFacts | undefined, trusted = false): Promise<number> {
  const allow = { and: [{ accept: true }, { client_certificate: { fingerprint: shown.fingerprint } }] };
  const fx = fixture([route({}, { policy: { allow } })]);
  Object.assign(fx.deps.snapshot().settings, { trustedProxies: () => trusted });
  const certificateOf = (_connection: Socket): CertificateFacts | undefined => of();
  const transport = createNodeHttpTransport({ ...fx.deps, certificateOf });
  const server = createServer((incoming, outgoing) => transport.handle(incoming, outgoing, HOST, undefined));
  opened.push({ server, transport });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function status(port: number, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const outgoing = request({ port, host: '127.0.0.1', headers: { host: HOST, ...headers }, agent: false });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  return incoming.statusCode ?? 0;
}

describe('the certificate of a connection', () => {
  it('is a fact of its requests', async () => {
    expect(await status(await start(() => shown))).toBe(IN);
    expect(await status(await start(() => NO_CERTIFICATE))).toBe(401);
    expect(await status(await start(() => undefined))).toBe(401);
  });

  it('is not of those for whom a trusted proxy speaks', async () => {
    const port = await start(() => shown, true);
    expect(await status(port, { 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await status(port)).toBe(401);
  });

  it('is not in what an untrusted peer says of others', async () => {
    expect(await status(await start(() => shown), { 'x-forwarded-for': '203.0.113.9' })).toBe(IN);
  });
});
