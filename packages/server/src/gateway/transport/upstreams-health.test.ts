import type { HealthCheck, Upstream } from '@countersign/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../../../test/support/certificates.ts';
import { startAsking, type Asking } from '../testing/asking.ts';
import { targetAt } from '../testing/fixture.ts';
import { probe } from './upstreams-probe.ts';
import { closeServers, deadPort, startRawServer, startServer, type TestServer } from '../testing/servers.ts';

let asking: Asking = startAsking();
afterEach(async () => {
  await asking.upstreams.close();
  await closeServers();
  asking = startAsking();
});

const checkedAt = (ports: readonly number[], check: Partial<HealthCheck> = {}): Upstream => ({
  targets: ports.map((port) => targetAt(port)),
  balancing: 'round_robin',
  healthCheck: { path: '/up', interval: 15, ...check },
});
/** A service that says how it is. */
async function service(status = 200) {
  const state = { status };
  const server = await startServer({
    answer: ({ url }, outgoing) => outgoing.writeHead(url === '/up' ? state.status : 200).end(),
  });
  return { ...server, state, checks: () => server.seen.filter(({ url }) => url === '/up') };
}
const told = (message: string) =>
  vi.waitFor(() => expect(asking.log.map((entry) => entry.message)).toContain(message), 4_000);
const checks = (server: TestServer, atLeast: number) =>
  vi.waitFor(() => expect(server.seen.length).toBeGreaterThanOrEqual(atLeast), 4_000);

describe('a health check', () => {
  it('says nothing of anybody', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port]));
    await checks(one, 1);
    expect(one.seen[0]).toMatchObject({ method: 'GET', url: '/up', body: '' });
    expect(one.seen[0]?.headers).toEqual({
      host: `127.0.0.1:${one.port}`,
      'user-agent': 'countersign-health-check',
      connection: 'close',
    });
  });

  it('asks under the Host that the route gives it', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port], { host: 'app.example' }));
    await checks(one, 1);
    expect(one.seen[0]?.headers.host).toBe('app.example');
  });

  it('is a connection of its own each time', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port]));
    await checks(one, 3);
    expect(one.connections()).toBeGreaterThanOrEqual(3);
  });

  it('takes an address out of turn, and back in', async () => {
    const [one, other] = [await service(), await service()];
    const upstream = checkedAt([one.port, other.port]);
    asking.follow(upstream);
    await checks(one, 1);
    one.state.status = 500;
    await told('upstream is unhealthy');
    const before = other.seen.length;
    for (let request = 0; request < 4; request += 1) await asking.ask(upstream, { path: '/work' });
    expect(one.seen.filter(({ url }) => url === '/work')).toHaveLength(0);
    expect(other.seen.slice(before).filter(({ url }) => url === '/work')).toHaveLength(4);
    expect(asking.log[0]).toEqual({
      message: 'upstream is unhealthy',
      fields: { upstream: `http://127.0.0.1:${one.port}`, path: '/up', cause: 'status 500' },
    });
    one.state.status = 204;
    await told('upstream is healthy again');
    for (let request = 0; request < 4; request += 1) await asking.ask(upstream, { path: '/work' });
    expect(one.seen.filter(({ url }) => url === '/work')).toHaveLength(2);
  });

  it('that is good ends the time for which an address is left alone', async () => {
    const [one, other] = [await service(), await service()];
    await one.close();
    const upstream = checkedAt([one.port, other.port], { interval: 600_000 });
    const { healthCheck: _, ...unchecked } = upstream;
    asking.follow(unchecked);
    await asking.ask(unchecked, { path: '/work' });
    expect(asking.log).toMatchObject([{ message: 'repeated' }]);
    const back = await startServer({ at: one.port });
    asking.follow(unchecked, upstream);
    await checks(back, 1);
    for (let request = 0; request < 4; request += 1) await asking.ask(unchecked, { path: '/work' });
    expect(back.seen.filter(({ url }) => url === '/work')).toHaveLength(2);
  });

  it('leaves nobody to ask when it has failed everywhere', async () => {
    const [one, other] = [await service(503), await service(503)];
    const upstream = checkedAt([one.port, other.port]);
    asking.follow(upstream);
    await vi.waitFor(() => expect(asking.log).toHaveLength(2), 4_000);
    expect(await asking.ask(upstream)).toEqual({ refused: 'no address of the upstream is healthy' });
    const alone = await asking.ask({ ...upstream, targets: upstream.targets.slice(0, 1) });
    expect(alone).toEqual({ refused: 'no address of the upstream is healthy' });
  });

  it('counts on the routes that want it alone', async () => {
    const one = await service(500);
    const upstream = checkedAt([one.port]);
    asking.follow(upstream);
    await told('upstream is unhealthy');
    const { healthCheck: _, ...unchecked } = upstream;
    expect(await asking.ask(unchecked)).toMatchObject({ status: 200 });
  });

  it.each([
    [200, true],
    [302, true],
    [399, true],
    [400, false],
    [404, false],
    [500, false],
  ])('that is answered with %d is good: %s', async (status, isGood) => {
    const one = await service(status);
    const upstream = checkedAt([one.port]);
    asking.follow(upstream);
    await checks(one, 2);
    const answer = await asking.ask(upstream);
    expect('status' in answer).toBe(isGood);
  });

  it('fails where nobody listens, and where nobody speaks HTTP', async () => {
    const raw = await startRawServer((socket) => socket.end('hello\r\n\r\n'));
    const upstream = checkedAt([await deadPort(), raw.port]);
    asking.follow(upstream);
    await vi.waitFor(() => expect(asking.log).toHaveLength(2), 4_000);
    const causes = asking.log.map(({ fields }) => fields['cause']);
    expect(causes).toEqual(expect.arrayContaining(['ECONNREFUSED', 'HPE_INVALID_CONSTANT']));
  });

  it('ends when the head takes too long, and is told of once', async () => {
    const raw = await startRawServer((socket) => socket.write('HTTP/1.1 200 OK\r\n'));
    const told: unknown[] = [];
    const fault = await new Promise((resolve) => {
      const done = (cause: string | undefined): void => {
        told.push(cause);
        resolve(cause);
      };
      probe(targetAt(raw.port), undefined, { path: '/', interval: 1 }, done, 30);
    });
    expect(fault).toBe('no answer in time');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toHaveLength(1);
  });

  it('waits for others where too many are under way', async () => {
    const silent = await startRawServer(() => {});
    const targets = Array.from({ length: 70 }, (_, at) => ({
      ...targetAt(silent.port),
      pool: `silent ${at}`,
    }));
    asking.follow({ ...checkedAt([]), targets });
    await vi.waitFor(() => expect(silent.connections()).toBe(64), 4_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(silent.connections()).toBe(64);
  });

  it('verifies the certificate like requests do', async () => {
    const authority = makeCertificate({ names: ['Inside'], isAuthority: true });
    const cert = makeCertificate({ names: ['inside.example'], issuer: authority });
    const server = await startServer({ tls: cert });
    const target = targetAt(server.port, 'https');
    const upstream: Upstream = { ...checkedAt([]), targets: [target] };
    const named = { ca: authority.cert, serverName: 'inside.example' };
    const trusting: Upstream = { ...upstream, targets: [{ ...target, pool: 'trusting' }], tls: named };
    asking.follow(upstream, trusting);
    await told('upstream is unhealthy');
    await checks(server, 1);
    expect(await asking.ask(trusting)).toMatchObject({ status: 200 });
    expect(await asking.ask(upstream)).toEqual({ refused: 'no address of the upstream is healthy' });
  });
});

describe('checks follow the configuration', () => {
  it('and end with the last route that wants them', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port]));
    await checks(one, 2);
    asking.follow();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const after = one.seen.length;
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(one.seen.length).toBe(after);
  });

  it('and keep what they know of a target that stays', async () => {
    const one = await service(500);
    asking.follow(checkedAt([one.port]));
    await told('upstream is unhealthy');
    // Another route beside it, and another interval: it is the same target all the same.
    const slower = checkedAt([one.port], { interval: 600_000 });
    asking.follow(slower, checkedAt([await deadPort()]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await asking.ask(slower)).toEqual({ refused: 'no address of the upstream is healthy' });
  });

  it('and are made once for two routes, as often as the more eager one wants', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port], { interval: 600_000 }), checkedAt([one.port], { interval: 300_000 }));
    await checks(one, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(one.seen).toHaveLength(1);
  });

  it('and end with the process', async () => {
    const one = await service();
    asking.follow(checkedAt([one.port]));
    await checks(one, 1);
    await asking.upstreams.close();
    // One that was cut on its way may still arrive.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const after = one.connections();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.connections()).toBe(after);
  });
});
