import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, startHouse, type House } from '../e2e/house.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask, post, type Reply } from '../support/request.ts';

/**
 * Threat 14: a disk that takes nothing any more. The running process is forbidden to write to files (RLIMIT_FSIZE: every
 * write fails as on a full disk), and allowed again later. In between nothing may come about that is not recorded.
 */

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
if (!canLimit) console.warn('\n*** SKIPPING storage-fault: it needs prlimit of util-linux ***\n');

let house: House;
let live: string;
const claims = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };
const team = { type: 'team', scope: 'team:platform' };

/** The process that runs in the folder of the house, and nowhere else. */
function processOf({ server }: House): string {
  const found = readdirSync('/proc').find((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === server.folder;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('the server does not run');
  return found;
}

function limitFiles(limit: '0' | 'unlimited'): void {
  const done = spawnSync('prlimit', ['--pid', processOf(house), `--fsize=${limit}:unlimited`]);
  expect([done.status, done.stderr.toString()]).toEqual([0, '']);
}

const exchange = async (sub = claims.sub): Promise<Reply> =>
  exchangeReply(house.server, { subjectToken: await house.ci.mint({ ...claims, sub }), ...team });
const orders = (token: string): Promise<Reply> =>
  ask(house.server.port, {
    path: '/',
    host: `orders.localhost:${house.server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });
const probe = async (path: string): Promise<number> => (await ask(house.server.port, { path })).status;
async function until(path: string, status: number): Promise<void> {
  while ((await probe(path)) !== status) await new Promise((resolve) => setTimeout(resolve, 100));
}

describe.skipIf(!canLimit)('a disk that takes nothing any more', () => {
  beforeAll(async () => {
    house = await startHouse();
    live = await accessToken(house.server, { subjectToken: await house.ci.mint(claims), ...team });
    limitFiles('0');
  });
  afterAll(() => house.dispose());

  it('stops every exchange: 503, retryable, and no token in the answer', async () => {
    const replies = await Promise.all(Array.from({ length: 40 }, () => exchange()));
    for (const reply of replies) {
      expect([reply.status, reply.json()['code'], reply.json()['retryable']]).toEqual([
        503,
        'server.storage',
        true,
      ]);
      expect(reply.headers['retry-after']).toMatch(/^[0-9]+$/);
      expect(reply.text).not.toMatch(/cs[a-z]_/);
    }
  });

  it('stops sign-ins in the same way', async () => {
    const idToken = await house.corp.mint({ aud: 'countersign', sub: 'ada' });
    const reply = await post(house.server.port, '/api/v1/token', { id_token: idToken });
    expect([reply.status, reply.json()['code']]).toEqual([503, 'server.storage']);
  });

  it('lets nobody be refused without a record: the answer is that there is none', async () => {
    const refused = await exchange('repo:evil/x');
    expect([refused.status, refused.json()['code']]).toEqual([503, 'server.storage']);
  });

  it('lets known tokens through, and nobody else', async () => {
    expect((await orders(live)).status).toBe(200);
    expect((await orders(`cst_${'a'.repeat(38)}`)).status).toBe(401);
  });

  it('ends no token with a yes that would be forgotten', async () => {
    const headers = { authorization: `token ${ADMIN_TOKEN}` };
    const reply = await post(house.server.port, '/api/oauth/revoke', { token: live }, headers);
    expect(reply.status).toBe(503);
  });

  it('is seen by /readyz once it has lasted, and not by /healthz', async () => {
    await until('/readyz', 503);
    expect(await probe('/healthz')).toBe(200);
    expect((await exchange()).status).toBe(503);
  });

  it('is over when it is over: nothing that was refused has come about, and everything since has', async () => {
    limitFiles('unlimited');
    await until('/readyz', 200);
    const since = await accessToken(house.server, { subjectToken: await house.ci.mint(claims), ...team });
    expect((await orders(since)).status).toBe(200);
    await house.server.stop('SIGKILL');
    const database = new DatabaseSync(join(house.server.folder, 'countersign.db'));
    const count = (table: string): unknown =>
      database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect([count('token'), count('audit'), count('decision')]).toEqual([2, 2, 2]);
    database.close();
    await house.server.start();
    expect((await orders(live)).status).toBe(200);
    expect((await orders(since)).status).toBe(200);
  });
});
