import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** The configuration read again while the product runs: what is good is in force, what is not changes nothing. */
let house: House;
let file: string;
let original: string;

beforeAll(async () => {
  house = await startHouse();
  file = join(house.server.folder, 'countersign.yaml');
  original = await readFile(file, 'utf8');
});
afterAll(() => house.dispose());

const said = (message: string) => house.server.log.filter(({ msg }) => msg === message).length;

/** Replaces the file as editors and orchestrators do, and waits until the server has said so often what it made of it. */
async function write(text: string, message = 'configuration reloaded'): Promise<void> {
  const before = said(message);
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  await expect.poll(() => said(message), { timeout: 15_000 }).toBeGreaterThan(before);
}

const REFUSED = 'the configuration was not reloaded; the last good one stays in force';

const mint = (sub: string, more = {}) => house.ci.mint({ aud: 'urn:pulumi:org:acme', sub, ...more });
const exchange = async (sub: string) => exchangeReply(house.server, { subjectToken: await mint(sub) });
const opsToken = async (more = {}) =>
  accessToken(house.server, { subjectToken: await mint('repo:acme/ops:x', more) });
const atRoute = (token: string, path = '/') =>
  ask(house.server.port, { path, host: 'orders.localhost', headers: { authorization: `Bearer ${token}` } });
const ready = async () => (await ask(house.server.port, { path: '/readyz' })).json();

describe('a configuration that is changed while it runs', () => {
  it('is in force as soon as it is written, and takes nothing back that stays', async () => {
    const token = await accessToken(house.server, {
      subjectToken: await mint('repo:acme/bob:x'),
      type: 'personal',
      scope: 'user:bob',
    });
    await write(original.replace("rules: { sub: 'repo:acme/*' } }", "rules: { sub: 'repo:acme/shop:*' } }"));
    expect((await exchange('repo:acme/other:x')).status).toBe(400);
    expect((await exchange('repo:acme/shop:x')).status).toBe(200);
    const used = await ask(house.server.port, {
      path: '/api/user',
      headers: { authorization: `token ${token}` },
    });
    expect(used.status).toBe(200);
    await write(original);
    expect((await exchange('repo:acme/other:x')).status).toBe(200);
  });

  it('suspends what leaves it, and returns it with its name', async () => {
    const token = await accessToken(house.server, {
      subjectToken: await mint('repo:acme/x:ref:refs/heads/main'),
      type: 'team',
      scope: 'team:platform',
    });
    expect((await atRoute(token)).status).toBe(200);
    const without = original
      .replace(/ {6}- \{ name: platform.*\n/, '      - { name: other }\n')
      .replace(/ {10}- \{ decision: allow, token_type: team, team: platform.*\n/, '')
      .replace('team: platform\n', 'team: other\n');
    await write(without);
    expect((await atRoute(token)).status).toBe(401);
    await write(original);
    expect((await atRoute(token)).status).toBe(200);
  });

  it('may read other claims of tokens that were issued before', async () => {
    const token = await opsToken({ environment: 'production' });
    expect((await atRoute(token)).status).toBe(403);
    await write(original.replace('claim/repository: acme/ops', 'claim/environment: production'));
    expect((await atRoute(token)).status).toBe(200);
    await write(original);
    expect((await atRoute(token)).status).toBe(403);
  });

  it('changes nothing when it is wrong, and says where and that it is stale', async () => {
    await write(`${original}\nbananas: 1\n`, REFUSED);
    expect(house.server.stderr()).toMatch(/countersign\.yaml:\d+:\d+ bananas: unknown key/);
    expect(await ready()).toEqual({ status: 'ready', config: 'stale' });
    expect((await exchange('repo:acme/x:y')).status).toBe(200);
    await write(original);
    expect(await ready()).toEqual({ status: 'ready', config: 'current' });
  });

  it('is refused when it declares what was created over the API', async () => {
    const headers = { authorization: `token ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const created = await ask(house.server.port, {
      method: 'POST',
      path: '/api/orgs/acme/teams/pulumi',
      headers,
      body: JSON.stringify({ name: 'later' }),
    });
    expect(created.status).toBe(201);
    const team = /( {6}- \{ name: platform.*\n)/;
    await write(original.replace(team, '$1      - { name: later }\n'), REFUSED);
    expect(house.server.stderr()).toContain('created over the API');
    await write(original);
    const teams = await ask(house.server.port, { path: '/api/orgs/acme/teams', headers });
    expect(teams.text).toContain('"later"');
  });

  it('says what needs a restart, and honours the rest', async () => {
    const message = 'this setting needs a restart; the old value stays in force';
    await write(original.replace(/^listen: .*/m, 'listen: 127.0.0.1:1'), message);
    expect(house.server.log.filter(({ msg }) => msg === message).at(-1)).toMatchObject({ setting: 'listen' });
    expect((await ready())['status']).toBe('ready');
    await write(original);
  });

  it('is read again when somebody asks for it', async () => {
    const before = said('configuration reloaded');
    house.server.signal('SIGHUP');
    await expect.poll(() => said('configuration reloaded')).toBe(before + 1);
  });

  it('drops no request', async () => {
    const token = await opsToken({ repository: 'acme/ops' });
    const running = new AbortController();
    const statuses: number[] = [];
    const client = (async () => {
      while (!running.signal.aborted) statuses.push((await atRoute(token)).status);
    })();
    for (let times = 0; times < 3; times += 1) {
      await write(original.replace('acme/ops\n', `acme/ops\n          - claim/x${times}: y\n`));
    }
    await write(original);
    running.abort();
    await client;
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
