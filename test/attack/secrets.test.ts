import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, startHouse, type House } from '../e2e/house.ts';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { ask, post } from '../support/request.ts';
import { compact, hmac } from './forge.ts';

/**
 * Threat 10: what could be used again is nowhere but with its holder. Tokens go wherever callers put them, rightly and
 * by mistake; then everything that the process wrote is searched, byte for byte.
 */

let house: House;
/** Name → value that must not be found. */
const secrets = new Map<string, string>();
/** Everything in the folder of the process, by file; and its standard error. */
const written = new Map<string, string>();

const main = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/shop:ref:refs/heads/main' };
const PRIVATE_CLAIM = 'a-claim-that-is-nobody-s-business';
const team = { type: 'team', scope: 'team:platform' };

beforeAll(async () => {
  house = await startHouse();
  secrets.set('the administrator’s token', ADMIN_TOKEN);
  const keep = (name: string, value: string): string => {
    secrets.set(name, value);
    return value;
  };
  const mint = async (name: string, claims: object = {}): Promise<string> =>
    keep(name, await house.ci.mint({ ...main, private: PRIVATE_CLAIM, ...claims }));

  const subjectToken = await mint('a subject token');
  const access = keep('an access token', await accessToken(house.server, { subjectToken, ...team }));
  await exchangeReply(house.server, { subjectToken: await mint('a refused one', { sub: 'repo:evil/x' }) });
  await exchangeReply(house.server, { subjectToken: await mint('an expired one', { exp: 1 }) });
  const unverified = await house.ci.mint({ ...main, private: PRIVATE_CLAIM }, { header: { kid: 'unknown' } });
  await exchangeReply(house.server, { subjectToken: keep('one under an unknown key', unverified) });
  const idToken = await house.corp.mint({ aud: 'countersign', sub: 'ada', private: PRIVATE_CLAIM });
  const session = await post(house.server.port, '/api/v1/token', { id_token: keep('an id_token', idToken) });
  keep('a session token', String(session.json()['Token']));

  const spaced = compact('{ "alg": "RS256" }', '{ "iss": "x" }', hmac('x'));
  for (const token of [access, subjectToken, keep('one that is written with spaces', spaced)])
    await misplace(token);
  for (const token of [access, subjectToken]) await bringEverywhere(token);
  await revoke(access);
  await house.server.stop('SIGTERM');
  // The last lines come through the pipe after the process has gone.
  while (!house.server.stderr().includes('"stopped"'))
    await new Promise((resolve) => setTimeout(resolve, 10));
  for (const name of await readdir(house.server.folder)) {
    written.set(name, await readFile(join(house.server.folder, name), 'latin1'));
  }
});
afterAll(() => house.dispose());

/** To a route and to the API, in every carrier, good and bad. */
async function bringEverywhere(token: string): Promise<void> {
  const { port } = house.server;
  const carriers = [
    { authorization: `Bearer ${token}` },
    { authorization: `token ${token}x` },
    { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    { 'x-pomerium-authorization': token },
    { cookie: `_countersign=${token}` },
    { referer: `https://x.example/?token=${token}` },
    { 'user-agent': token, 'x-request-id': token },
  ];
  for (const headers of carriers) {
    await ask(port, { path: `/p?pomerium_session=${token}`, host: `orders.localhost:${port}`, headers });
    await ask(port, { path: '/api/user', headers });
    await ask(port, { path: `/a//b/${token}`, host: `orders.localhost:${port}`, headers });
    await ask(port, { path: `/${token}`, host: `${token.slice(0, 20)}.example`, headers });
    await ask(port, {
      path: `/api/decisions/${token}`,
      headers: { ...headers, authorization: `token ${ADMIN_TOKEN}` },
    });
  }
}

/** Ids of refusals that have to be in the log, with whatever was misplaced. */
const refusals: string[] = [];

/** In parameters that are meant for something else: slowly, since lines about strangers are written at a bounded rate. */
async function misplace(token: string): Promise<void> {
  const subjectToken = await house.ci.mint(main);
  // In claims only where nothing has been proved: what an issuer signed is a fact, and kept.
  const kid = token.slice(0, 200);
  const misplaced = [
    { subjectToken, audience: token },
    { subjectToken, audience: `urn:pulumi:org:${token}` },
    { subjectToken, scope: token },
    { subjectToken, type: token },
    { subjectToken: `Bearer ${token}` },
    { subjectToken: await house.ci.mint(main, { header: { kid } }) },
    { subjectToken: await house.ci.mint({ ...main, iss: token }) },
    { subjectToken: await house.ci.mint({ ...main, iss: `https://x.example/${token}` }) },
  ];
  for (const {
    subjectToken: subject_token,
    audience = main.aud,
    scope = '',
    type = 'organization',
  } of misplaced) {
    const reply = await post(house.server.port, '/api/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: `urn:pulumi:token-type:access_token:${type}`,
      subject_token,
      scope,
    });
    refusals.push(String(reply.json()['decision_id']));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

function revoke(token: string): Promise<unknown> {
  const headers = { authorization: `token ${ADMIN_TOKEN}` };
  return post(house.server.port, '/api/oauth/revoke', { token }, headers);
}

describe('the log', () => {
  it('tells what happened', () => {
    const messages = new Set(house.server.log.map(({ msg }) => msg));
    for (const message of ['exchange allowed', 'exchange refused', 'gateway allowed', 'gateway refused']) {
      expect(messages).toContain(message);
    }
  });

  it('tells of everything that was misplaced', () => {
    const told = new Set(house.server.log.map(({ decision }) => decision));
    for (const id of refusals) expect(told).toContain(id);
  });

  it('holds no token, whole or in its telling part', () => {
    for (const [name, value] of secrets) {
      expect(house.server.stderr().includes(value) ? name : 'not found').toBe('not found');
      for (const part of tellingParts(value)) {
        expect(house.server.stderr().includes(part) ? name : 'not found').toBe('not found');
      }
    }
  });

  it('holds no claim but who it was', () => {
    expect(house.server.stderr()).not.toContain(PRIVATE_CLAIM);
    expect(house.server.stderr()).toContain(main.sub);
  });

  it('is one JSON object a line, whatever came', () => {
    const lines = house.server.stderr().trimEnd().split('\n');
    expect(house.server.log).toHaveLength(lines.length);
  });
});

/** Of a JWT its signature: with it the rest can be written again. Of an opaque value all but its prefix. */
function tellingParts(value: string): readonly string[] {
  const parts = value.split('.');
  return parts.length === 3 ? [parts[2] ?? ''] : [value.slice(4)];
}

describe('the files', () => {
  it('are the database and its key', () => {
    expect([...written.keys()]).toEqual(expect.arrayContaining(['countersign.db', 'countersign.db.key']));
    expect(written.get('countersign.db')).toContain(main.sub);
  });

  it('hold no access token and no session token, only their hashes', () => {
    for (const name of ['an access token', 'a session token', 'the administrator’s token']) {
      const value = secrets.get(name) ?? '';
      expect(value).not.toBe('');
      for (const [file, bytes] of written) {
        expect(bytes.includes(value) ? `${name} in ${file}` : 'not found').toBe('not found');
      }
    }
  });

  it('hold no subject token that could be sent again', () => {
    for (const [name, value] of secrets) {
      const signature = value.split('.')[2];
      if (signature === undefined) continue;
      for (const [file, bytes] of written) {
        expect(bytes.includes(signature) ? `${name} in ${file}` : 'not found').toBe('not found');
      }
    }
  });

  it('hold no private key in the clear', () => {
    for (const [file, bytes] of written) {
      expect([file, /PRIVATE KEY|"d":"/.test(bytes)]).toEqual([file, false]);
    }
  });
});
