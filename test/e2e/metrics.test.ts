import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METRICS } from '../../packages/server/src/adapters/metric-list.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { freePort, startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** What Prometheus reads of the built program, and what nobody else does. */
const BUILT = fileURLToPath(new URL('../../packages/cli/bin/countersign.js', import.meta.url));

let issuer: TestIssuer;
let upstream: TestUpstream;
let server: ServerProcess;
let port: number;
let token: string;

const mint = (sub = 'build') => issuer.mint({ aud: 'urn:pulumi:org:acme', sub, email: 'ada@acme.example' });
const scrape = async (): Promise<string> => (await ask(port, { path: '/metrics' })).text;
const order = (path: string, authorization = `Bearer ${token}`, name = 'orders') =>
  ask(server.port, { path, host: `${name}.localhost:${server.port}`, headers: { authorization } });

const routeNamed = (name: string, to = upstream.url): object => ({
  name,
  from: `http://${name}.localhost:\${PORT}`,
  to,
  organizations: ['acme'],
  allow_any_authenticated_user: true,
});

function house(routes: readonly object[]): string {
  const settings = { metrics: { listen: `127.0.0.1:${port}` } };
  const small = JSON.parse(smallHouse(issuer.url, { policies: [BUILD], settings })) as object;
  return JSON.stringify({ ...small, routes });
}

/** The values of all series of a metric, by their labels as written. */
function seriesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(name.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

beforeAll(async () => {
  [issuer, upstream, port] = await Promise.all([startIssuer(), startUpstream(), freePort()]);
  const gone = routeNamed('gone', 'http://127.0.0.1:1');
  server = await startServerProcess(house([routeNamed('orders'), gone]), {}, [BUILT]);
  token = await accessToken(server, { subjectToken: await mint() });
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([issuer.close(), upstream.close()]);
});

it('says where it listens, and answers there for /metrics alone', async () => {
  expect(server.log.find(({ msg }) => msg === 'listening')).toMatchObject({
    metrics_address: `127.0.0.1:${port}`,
  });
  const reply = await ask(port, { path: '/metrics' });
  expect(reply.status).toBe(200);
  expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  for (const path of [
    '/',
    '/metrics/',
    '/metricsx',
    '/healthz',
    '/readyz',
    '/api/oauth/token',
    '/api/user',
  ]) {
    expect((await ask(port, { path })).status).toBe(404);
  }
});

it('is at no address of the public listener', async () => {
  const hosts = ['localhost', '127.0.0.1', 'orders.localhost', 'nobody.example'];
  for (const host of hosts.flatMap((name) => [name, `${name}:${server.port}`])) {
    const { status, text } = await ask(server.port, { path: '/metrics', host });
    expect([401, 404]).toContain(status);
    expect(text).not.toContain('countersign_');
  }
});

it('counts requests by route, outcome and code, and upstreams that fail', async () => {
  await order('/');
  await order('/');
  await order('/', 'Bearer csa_nobody');
  await order('/a//b');
  await order('/', `Bearer ${token}`, 'gone');
  const text = await scrape();
  expect(seriesOf(text, 'countersign_gateway_requests_total')).toMatchObject({
    '{route="orders",outcome="allowed",code=""}': 2,
    '{route="orders",outcome="refused",code="credential.invalid"}': 1,
    '{route="",outcome="refused",code="path.ambiguous"}': 1,
    '{route="gone",outcome="allowed",code=""}': 1,
  });
  expect(seriesOf(text, 'countersign_upstream_failures_total')).toEqual({
    '{route="gone",code="upstream.unreachable"}': 1,
  });
  expect(seriesOf(text, 'countersign_upstream_responses_total')).toEqual({
    '{route="orders",status="2xx"}': 2,
  });
  expect(seriesOf(text, 'countersign_upstream_head_seconds_count')).toEqual({ '{route="orders"}': 2 });
  expect(seriesOf(text, 'countersign_gateway_decision_seconds_count')).toEqual({
    '{outcome="allowed"}': 3,
    '{outcome="refused"}': expect.any(Number),
  });
  await expect
    .poll(async () => seriesOf(await scrape(), 'countersign_gateway_requests_in_progress'))
    .toEqual({ '{protocol="http"}': 0, '{protocol="websocket"}': 0 });
});

it('counts exchanges by issuer and code, and what storage and issuers were asked for', async () => {
  expect((await exchangeReply(server, { subjectToken: await mint('somebody') })).status).toBe(400);
  expect((await exchangeReply(server, { subjectToken: 'rubbish' })).status).toBe(400);
  const text = await scrape();
  expect(seriesOf(text, 'countersign_exchanges_total')).toEqual({
    '{organization="acme",issuer="acme/ci",outcome="allowed",code=""}': 1,
    '{organization="acme",issuer="acme/ci",outcome="refused",code="policy.refused"}': 1,
    '{organization="",issuer="",outcome="refused",code="token.malformed"}': 1,
  });
  expect(seriesOf(text, 'countersign_issuer_key_fetches_total')).toEqual({
    '{issuer="acme/ci",result="ok"}': 1,
  });
  expect(Object.keys(seriesOf(text, 'countersign_issuer_keys_age_seconds'))).toEqual(['{issuer="acme/ci"}']);
  expect(seriesOf(text, 'countersign_tokens_live')).toEqual({ '': 1 });
  expect(seriesOf(text, 'countersign_storage_commit_seconds_count')['{result="ok"}']).toBeGreaterThan(0);
});

it('has every metric of the list, and no other', async () => {
  const types = (await scrape()).match(/^# TYPE \S+ \S+$/gm) ?? [];
  expect(types.toSorted()).toEqual(
    Object.entries(METRICS)
      .map(([name, { type }]) => `# TYPE ${name} ${type}`)
      .toSorted(),
  );
});

it('tells nothing of tokens, claims, paths or people', async () => {
  await order('/secret/path?token=1');
  const text = await scrape();
  for (const secret of [token, 'csa_', 'secret', 'somebody', 'acme.example', 'usr_', '127.0.0.1']) {
    expect(text).not.toContain(secret);
  }
});

it('follows a reload: what is in force, and what has left', async () => {
  const hash = Object.keys(seriesOf(await scrape(), 'countersign_config_info'));
  const file = join(server.folder, 'countersign.yaml');
  const text = house([routeNamed('bills')]).replaceAll('${PORT}', String(server.port));
  await writeFile(file, text);
  await expect
    .poll(async () => order('/', `Bearer ${token}`, 'bills').then(({ status }) => status))
    .toBe(200);
  const after = await scrape();
  expect(Object.keys(seriesOf(after, 'countersign_config_info'))).not.toEqual(hash);
  expect(after).not.toContain('route="orders"');
  expect(seriesOf(after, 'countersign_gateway_requests_total')).toMatchObject({
    '{route="bills",outcome="allowed",code=""}': 1,
  });
  expect(seriesOf(after, 'countersign_config_last_reload_successful')).toEqual({ '': 1 });
  await writeFile(file, 'listen: [');
  await expect
    .poll(async () => seriesOf(await scrape(), 'countersign_config_last_reload_successful'))
    .toEqual({ '': 0 });
  await writeFile(file, text.replace(`127.0.0.1:${port}`, '127.0.0.1:0'));
  await expect
    .poll(() => server.log.find(({ setting }) => setting === 'metrics'))
    .toMatchObject({ msg: 'this setting needs a restart; the old value stays in force' });
  expect((await ask(port, { path: '/metrics' })).status).toBe(200);
});
