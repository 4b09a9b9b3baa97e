import type { TLSSocket } from 'node:tls';
import type { Upstream, UpstreamTls } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../../test/support/certificates.ts';
import { startAsking, type Asking } from '../testing/asking.ts';
import { targetAt } from '../testing/fixture.ts';
import { closeServers, startServer, type ServerChoice } from '../testing/servers.ts';

const authority = makeCertificate({ names: ['Inside'], isAuthority: true });
const stranger = makeCertificate({ names: ['Elsewhere'], isAuthority: true });
const named = makeCertificate({ names: ['inside.example'], issuer: authority });
const addressed = makeCertificate({ names: ['127.0.0.1'], issuer: authority });
const client = makeCertificate({ names: ['gateway'], issuer: authority });

let asking: Asking = startAsking();
afterEach(async () => {
  await asking.upstreams.close();
  await closeServers();
  asking = startAsking();
});

const serving = (tls: ServerChoice['tls'], answer?: ServerChoice['answer']) =>
  startServer({ ...(tls && { tls }), ...(answer && { answer }) });
/** Pools are told apart by whoever compiles routes; here each set of material has its own. */
let pools = 0;
const reaching = (port: number, tls?: UpstreamTls, host = '127.0.0.1'): Upstream => ({
  targets: [{ ...targetAt(port, 'https'), host, pool: `tls ${(pools += 1)}` }],
  balancing: 'round_robin',
  ...(tls && { tls }),
});

describe('an https upstream', () => {
  it('is believed when an authority of its route vouches for its address', async () => {
    const { port } = await serving(addressed);
    const answer = await asking.ask(reaching(port, { ca: authority.cert }));
    expect(answer).toEqual({ status: 200, text: String(port) });
  });

  it.each([
    ['without that authority', undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['with the authority of another', { ca: stranger.cert }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'under another name',
      { ca: authority.cert, serverName: 'inside.example' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('is not believed %s', async (_case, tls, failed) => {
    const server = await serving(addressed);
    expect(await asking.ask(reaching(server.port, tls))).toEqual({ failed });
    expect(server.seen).toHaveLength(0);
  });

  it('trusts no authority on one route because another route does', async () => {
    const { port } = await serving(addressed);
    expect(await asking.ask(reaching(port, { ca: authority.cert }))).toMatchObject({ status: 200 });
    expect(await asking.ask(reaching(port))).toEqual({ failed: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('has to bear the name that the file says, which it is also asked for', async () => {
    const names: unknown[] = [];
    const { port } = await serving(named, ({ socket }, outgoing) => {
      names.push((socket as TLSSocket & { servername?: unknown }).servername);
      outgoing.end();
    });
    expect(await asking.ask(reaching(port, { ca: authority.cert }))).toEqual({
      failed: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const tls = { ca: authority.cert, serverName: 'inside.example' };
    expect(await asking.ask(reaching(port, tls))).toMatchObject({ status: 200 });
    expect(names).toEqual(['inside.example']);
  });

  it('is verified by no name that the request brings', async () => {
    const server = await serving(named);
    const upstream = reaching(server.port, { ca: authority.cert });
    const headers = ['Host', 'inside.example'];
    expect(await asking.ask(upstream, { headers })).toEqual({ failed: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.seen).toHaveLength(0);
  });

  it('keeps its connection whatever Host is asked for', async () => {
    const server = await serving(addressed);
    const upstream = reaching(server.port, { ca: authority.cert });
    asking.follow(upstream);
    for (const host of ['a.example', 'b.example', '127.0.0.1'])
      expect(await asking.ask(upstream, { headers: ['Host', host] })).toMatchObject({ status: 200 });
    expect(server.connections()).toBe(1);
    expect(server.seen.map(({ headers }) => headers.host)).toEqual(['a.example', 'b.example', '127.0.0.1']);
  });

  it('is believed unseen where the file says so, and only there', async () => {
    const { port } = await serving(stranger);
    expect(await asking.ask(reaching(port, { skipVerify: true }))).toMatchObject({ status: 200 });
    expect(await asking.ask(reaching(port))).toEqual({ failed: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('is shown our certificate where it asks for one', async () => {
    const asks = { ...addressed, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const { port } = await serving(asks, ({ socket }, outgoing) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      outgoing.end(String(subject.CN));
    });
    const tls = { ca: authority.cert, client: { cert: client.cert, key: client.key } };
    expect(await asking.ask(reaching(port, tls))).toEqual({ status: 200, text: 'gateway' });
    expect(await asking.ask(reaching(port, { ca: authority.cert }))).toHaveProperty('failed');
  });

  it('is not passed over for another because its certificate does not verify', async () => {
    const bad = await serving(stranger);
    const good = await serving(addressed);
    const upstream: Upstream = {
      ...reaching(bad.port, { ca: authority.cert }),
      targets: [bad, good].map(({ port }) => ({ ...targetAt(port, 'https'), pool: `two ${port}` })),
    };
    expect(await asking.ask(upstream)).toEqual({ failed: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await asking.ask(upstream)).toMatchObject({ status: 200 });
    expect(asking.log).toEqual([]);
  });
});
