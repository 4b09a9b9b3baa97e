import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../support/exchange.ts';
import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** Service accounts against the running product: named, given tokens, rotated, let in by name and by claim, and ended. */

let house: House;

beforeAll(async () => {
  house = await startHouse(
    (upstream) => `
  - name: backups
    from: http://backups.localhost:\${PORT}
    to: ${upstream}
    organizations: [acme]
    pass_identity_headers: true
    jwt_claims_headers: { x-environment: environment }
    policy: { allow: { and: [ { user: 'service:acme/backup' }, { claim/environment: production }, { token_type: service } ] } }
`,
  );
});
afterAll(() => house.dispose());

const call = (method: string, path: string, body?: object, token = ADMIN_TOKEN): Promise<Reply> =>
  ask(house.server.port, {
    method,
    path: `/api${path}`,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const ACCOUNTS = '/orgs/acme/service-accounts';

async function create(name: string, claims: object = { environment: 'production' }): Promise<void> {
  const reply = await call('POST', ACCOUNTS, { name, claims });
  expect(reply.status, reply.text).toBe(200);
}

interface Made {
  readonly id: string;
  readonly tokenValue: string;
}

async function make(name: string, body: object = {}): Promise<Made> {
  const reply = await call('POST', `${ACCOUNTS}/${name}/tokens`, body);
  expect(reply.status, reply.text).toBe(200);
  return reply.json() as unknown as Made;
}

const visit = (token: string, name = 'backups') =>
  ask(house.server.port, {
    path: '/',
    host: `${name}.localhost:${house.server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });

describe('a service account', () => {
  it('is let in by its name and its claims, and the service behind is told who it is', async () => {
    await create('backup');
    const { tokenValue } = await make('backup');
    expect(tokenValue).toMatch(/^csv_[0-9A-Za-z]{38}$/);
    const reply = await visit(tokenValue);
    expect(reply.status, reply.text).toBe(200);
    const { headers } = reply.json() as { headers: Record<string, string> };
    expect(headers['x-environment']).toBe('production');
    const assertion = headers['x-pomerium-jwt-assertion']?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(assertion, 'base64url').toString())).toMatchObject({
      sub: 'service:acme/backup',
      user: 'service:acme/backup',
      org: 'acme',
      groups: [],
    });
  });

  it('is nobody else: not by another name, not by another claim, not on a route for members', async () => {
    await create('other');
    await create('staging', { environment: 'staging' });
    expect((await visit((await make('other')).tokenValue)).status).toBe(403);
    expect((await visit((await make('staging')).tokenValue)).status).toBe(403);
    expect((await visit((await make('backup')).tokenValue, 'orders')).status).toBe(403);
  });

  it('reads the directory over the API, and makes nothing', async () => {
    const { tokenValue } = await make('backup');
    const user = await call('GET', '/user', undefined, tokenValue);
    expect(user.json()).toMatchObject({ id: 'service:acme/backup', githubLogin: 'acme' });
    expect((await call('GET', '/orgs/acme/teams', undefined, tokenValue)).status).toBe(200);
    for (const [method, path] of [
      ['GET', ACCOUNTS],
      ['POST', `${ACCOUNTS}/backup/tokens`],
      ['POST', '/orgs/acme/tokens'],
      ['GET', '/orgs/acme/decisions'],
    ] as const)
      expect((await call(method, path, method === 'POST' ? {} : undefined, tokenValue)).status).toBe(403);
  });

  it('opens nothing while it is disabled and is given no token; enabled again it goes on', async () => {
    const { tokenValue } = await make('backup');
    const set = (disabled: boolean) => call('PATCH', `${ACCOUNTS}/backup`, { disabled });
    expect((await set(true)).json()).toMatchObject({ disabled: true });
    expect((await visit(tokenValue)).status).toBe(401);
    expect((await call('GET', '/user', undefined, tokenValue)).status).toBe(401);
    expect((await call('POST', `${ACCOUNTS}/backup/tokens`, {})).status).toBe(400);
    expect((await set(false)).status).toBe(200);
    expect((await visit(tokenValue)).status).toBe(200);
  });

  it('takes its tokens with it when it is deleted; the next of its name begins with nothing', async () => {
    await create('short');
    const { tokenValue } = await make('short');
    expect((await call('GET', '/user', undefined, tokenValue)).status).toBe(200);
    expect((await call('DELETE', `${ACCOUNTS}/short`)).status).toBe(204);
    expect((await call('GET', '/user', undefined, tokenValue)).status).toBe(401);
    await create('short');
    expect((await call('GET', '/user', undefined, tokenValue)).status).toBe(401);
    expect((await call('GET', '/user', undefined, (await make('short')).tokenValue)).status).toBe(200);
  });

  it('is made by administrators alone', async () => {
    const subjectToken = await house.ci.mint({ aud: 'urn:pulumi:org:acme', sub: 'repo:acme/bob:x' });
    const bob = await accessToken(house.server, { subjectToken, type: 'personal', scope: 'user:bob' });
    expect((await call('POST', ACCOUNTS, { name: 'mine' }, bob)).status).toBe(403);
  });
});

describe('a rotation', () => {
  it('leaves the old token to work until the overlap is over, and the list says when that is', async () => {
    const old = await make('backup', { description: 'nightly' });
    const reply = await call('POST', `${ACCOUNTS}/backup/tokens/${old.id}/rotate`, { overlap: 3600 });
    const { id, tokenValue, previous } = reply.json() as unknown as Made & {
      previous: { id: string; expires: number };
    };
    expect((await visit(tokenValue)).status).toBe(200);
    expect((await visit(old.tokenValue)).status).toBe(200);
    expect(previous.id).toBe(old.id);
    const listed = (await call('GET', `${ACCOUNTS}/backup/tokens`)).json()['tokens'] as {
      id: string;
      expires: number;
    }[];
    const shown = (which: string) => listed.find((each) => each.id === which);
    expect(shown(old.id)).toMatchObject({ expires: previous.expires });
    expect(shown(old.id)).not.toHaveProperty('revoked');
    expect(shown(id)).toMatchObject({ description: 'nightly' });
    const again = await call('POST', `${ACCOUNTS}/backup/tokens/${old.id}/rotate`, {});
    expect(again.status).toBe(409);
  });

  it('without overlap ends the old one at once, also after a restart', async () => {
    const old = await make('backup');
    const path = `${ACCOUNTS}/backup/tokens/${old.id}/rotate`;
    const { tokenValue } = (await call('POST', path, { overlap: 0 })).json() as unknown as Made;
    expect((await visit(old.tokenValue)).status).toBe(401);
    await house.server.stop();
    await house.server.start();
    expect((await visit(old.tokenValue)).status).toBe(401);
    expect((await visit(tokenValue)).status).toBe(200);
  });

  it('keeps its end over a restart, and an earlier end wins', async () => {
    const old = await make('backup');
    const rotated = await call('POST', `${ACCOUNTS}/backup/tokens/${old.id}/rotate`, { overlap: 3600 });
    expect(rotated.status).toBe(200);
    await house.server.stop();
    await house.server.start();
    expect((await visit(old.tokenValue)).status).toBe(200);
    expect((await call('DELETE', `${ACCOUNTS}/backup/tokens/${old.id}`)).status).toBe(204);
    expect((await visit(old.tokenValue)).status).toBe(401);
  });

  it('is of the account that the path names', async () => {
    const { id } = await make('backup');
    expect((await call('POST', `${ACCOUNTS}/other/tokens/${id}/rotate`, {})).status).toBe(404);
    expect((await call('DELETE', `${ACCOUNTS}/other/tokens/${id}`)).status).toBe(404);
  });
});
