import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { accessToken } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

let house: House;
const tokens: string[] = [];
const main = {
  aud: 'urn:pulumi:org:acme',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  repository: 'acme/shop',
};
beforeAll(async () => {
  house = await startHouse();
  for (let made = 0; made < 3; made += 1)
    tokens.push(
      await accessToken(house.server, { subjectToken: await house.ci.mint({ ...main, run: made }) }),
    );
});
afterAll(() => house.dispose());

const run = (...args: readonly string[]) =>
  countersign(args, {
    cwd: house.server.folder,
    env: { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN, COUNTERSIGN_URL: `http://localhost:${house.server.port}` },
  });
const alive = async (token: string) =>
  (await ask(house.server.port, { path: '/api/user', headers: { authorization: `Bearer ${token}` } }))
    .status === 200;

describe('the trail of a running server', () => {
  it('verifies, and the tool leaves no trace', async () => {
    const before = await readdir(house.server.folder);
    const verified = await run('audit', 'verify', '-o', 'json');
    expect(verified.status, verified.errors).toBe(0);
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, events: 3, writers: 1 });
    expect(await readdir(house.server.folder)).toEqual(before);
  });

  it('is exported a line an event, and holds no token', async () => {
    const { status, out, errors } = await run('audit', 'export');
    expect(status, errors).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['event'])).toEqual(
      Array.from({ length: 3 }, () => 'token.issued'),
    );
    for (const token of tokens) expect(out).not.toContain(token);
    expect((await run('audit', 'export', '--until', '2020-01-01')).out).toBe('');
  });

  it.each([
    ['an event', `update "audit" set "actor" = 'somebody else' where "n" = 2`],
    ['a token that was issued', `update "token" set "expires_at" = "expires_at" + 86400`],
    ['an event in the middle', `delete from "audit" where "n" = 2`],
  ])('does not verify once %s was changed, and names where', async (_name, sql) => {
    const copy = `${house.server.folder}-copy`;
    await cp(house.server.folder, copy, { recursive: true });
    try {
      const database = new DatabaseSync(join(copy, 'countersign.db'));
      expect(database.prepare(sql).run().changes).not.toBe(0);
      database.close();
      const { status, out } = await countersign(['audit', 'verify', '-o', 'json'], {
        cwd: copy,
        env: { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN },
      });
      expect(status).toBe(7);
      expect(JSON.parse(out)).toMatchObject({ ok: false, broken: { what: expect.stringMatching(/./) } });
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('is not verified without its key, and no key is made for it', async () => {
    const copy = `${house.server.folder}-keyless`;
    await cp(house.server.folder, copy, { recursive: true, filter: (path) => !path.endsWith('.key') });
    try {
      const env = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
      const { status, errors } = await countersign(['audit', 'verify'], { cwd: copy, env });
      expect(status).toBe(2);
      expect(errors).toContain('there is no such file');
      expect(await readdir(copy)).not.toContain('countersign.db.key');
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});

describe('the keys of a running server', () => {
  it('are listed with their states, and nothing of the keys', async () => {
    const { status, out, errors } = await run('keys', 'list', '-o', 'json');
    expect(status, errors).toBe(0);
    const { rings } = JSON.parse(out) as { readonly rings: readonly { readonly ring: string }[] };
    expect(rings.map(({ ring }) => ring).toSorted()).toEqual([
      'access',
      'assertion',
      'audit',
      'checksum',
      'cookie',
      'redirect',
      'session',
    ]);
    expect(out).not.toMatch(/"d"|sealed/);
  });

  it('rotate only when the next key is old enough, or by force', async () => {
    const young = await run('keys', 'rotate', 'assertion');
    expect(young.status).toBe(2);
    expect(young.errors).toContain('less than a day');
    const forced = await run('keys', 'rotate', 'assertion', '--force', '-o', 'json');
    expect(forced.status, forced.errors).toBe(0);
    expect(JSON.parse(forced.out)).toMatchObject({ ring: 'assertion' });
    const { keys } = JSON.parse(forced.out) as { keys: readonly { kid: string; state: string }[] };
    const retired = keys.find(({ state }) => state === 'retired');
    expect((await run('keys', 'revoke', 'assertion', retired?.kid ?? '')).status).toBe(0);
    expect((await run('keys', 'list', '-o', 'json')).out).not.toContain(retired?.kid ?? '?');
  });

  it('are not reset while it runs; afterwards none is what it was, and the trail says so', async () => {
    const kids = async (): Promise<readonly string[]> =>
      [...(await run('keys', 'list', '-o', 'json')).out.matchAll(/"kid":"([^"]+)"/g)].map(
        ([, kid]) => kid ?? '',
      );
    const before = await kids();
    const refused = await run('keys', 'reset', '--yes');
    expect(refused.status).toBe(2);
    expect(refused.errors).toContain('a server runs on this database');
    await house.server.stop('SIGTERM');
    expect((await run('keys', 'reset')).status).toBe(2);
    const reset = await run('keys', 'reset', '--yes');
    expect(reset.status, reset.errors).toBe(0);
    await house.server.start();
    const after = await kids();
    expect(after.length).toBeGreaterThanOrEqual(before.length - 1);
    expect(after.filter((kid) => before.includes(kid))).toEqual([]);
    expect(await alive(await accessToken(house.server, { subjectToken: await house.ci.mint(main) }))).toBe(
      true,
    );
    const verified = await run('audit', 'verify');
    expect(verified.status, verified.out).toBe(0);
    expect((await run('audit', 'export')).out).toContain('"key.rotated"');
  });

  it('are not reset in a database that does not exist, and none is made', async () => {
    const empty = `${house.server.folder}-empty`;
    await cp(join(house.server.folder, 'countersign.yaml'), join(empty, 'countersign.yaml'));
    try {
      const env = { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
      const { status } = await countersign(['keys', 'reset', '--yes'], { cwd: empty, env });
      expect(status).toBe(2);
      expect(await readdir(empty)).toEqual(['countersign.yaml']);
    } finally {
      await rm(empty, { recursive: true });
    }
  });
});
