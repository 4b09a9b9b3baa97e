import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Ask, type Reply } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

/**
 * Every way in which `POST /api/v1/token` says no, against the running product: status, code and what a client needs to
 * go on. Before a signature has verified: syntax only, one answer for all that is not trusted. Never 500, never HTML.
 */
let house: House;
let other: House;
beforeAll(async () => {
  [house, other] = await Promise.all([startHouse(), startHouse()]);
  // Somebody is Ada already.
  expect((await send({ id_token: await mint() })).status).toBe(200);
});
afterAll(() => Promise.all([house.dispose(), other.dispose()]));

const now = () => Math.floor(Date.now() / 1000);
const ADA = { aud: 'countersign', sub: '1001', email: 'ada@acme.example', email_verified: true };
const mint = (claims: object = {}, options?: Parameters<House['corp']['mint']>[1]) =>
  house.corp.mint({ ...ADA, ...claims }, options);

const FORM = 'application/x-www-form-urlencoded';
const form = (
  body: string,
  type: string | readonly string[] = FORM,
  more: Partial<Ask> = {},
): Promise<Reply> =>
  ask(house.server.port, {
    method: 'POST',
    path: '/api/v1/token',
    headers: { 'content-type': type },
    body,
    ...more,
  });
const send = (parameters: Readonly<Record<string, string>>): Promise<Reply> =>
  form(new URLSearchParams(parameters).toString());
const token = async (claims: object, options?: Parameters<typeof mint>[1]): Promise<Reply> =>
  send({ id_token: await mint(claims, options) });

const spoiled = async (): Promise<string> => {
  const [header, payload, signature = ''] = (await mint()).split('.');
  return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
};
/** A good token under another header. */
const under = async (header: object): Promise<Reply> => {
  const [, payload, signature] = (await mint()).split('.');
  const text = Buffer.from(JSON.stringify(header)).toString('base64url');
  return send({
    id_token: `${text}.${payload}.${'alg' in header && header.alg === 'none' ? '' : signature}`,
  });
};

type Case = readonly [name: string, status: number, code: string, ask: () => Promise<Reply>];

/** The request, before any token is looked at. */
const REQUESTS: readonly Case[] = [
  ['a GET', 405, 'request.method', () => ask(house.server.port, { path: '/api/v1/token?id_token=x' })],
  ['a PUT', 405, 'request.method', () => form('id_token=x', FORM, { method: 'PUT' })],
  ['no media type', 400, 'request.body', () => form('id_token=x', FORM, { headers: {} })],
  ['two media types', 400, 'request.body', () => form('id_token=x', [FORM, FORM])],
  ['a form of parts', 400, 'request.body', () => form('--x\r\n\r\n--x--', 'multipart/form-data; boundary=x')],
  ['plain text', 400, 'request.body', () => form('id_token=x', 'text/plain')],
  ['another character set', 400, 'request.body', () => form('id_token=x', `${FORM}; charset=utf-16`)],
  [
    'a body that is compressed',
    400,
    'request.body',
    () => form('id_token=x', FORM, { headers: { 'content-type': FORM, 'content-encoding': 'gzip' } }),
  ],
  ['JSON that is none', 400, 'request.body', () => form('{"id_token":', 'application/json')],
  ['JSON that is no object', 400, 'request.body', () => form('["x"]', 'application/json')],
  ['a form that is none', 400, 'request.body', () => form('id_token=%zz')],
  ['a body over the limit', 413, 'request.too_large', () => form(`id_token=${'x'.repeat(70_000)}`)],
  ['no body', 400, 'request.parameter', () => form('')],
  ['no id_token', 400, 'request.parameter', () => send({ token: 'x' })],
  ['an empty id_token', 400, 'request.parameter', () => send({ id_token: '' })],
  [
    'an id_token in the query',
    400,
    'request.parameter',
    () => form('', FORM, { path: '/api/v1/token?id_token=x' }),
  ],
  ['two id_tokens', 400, 'request.parameter', () => form('id_token=x&id_token=x')],
  [
    'two id_tokens in JSON',
    400,
    'request.parameter',
    () => form('{"id_token":"x","id_token":"y"}', 'application/json'),
  ],
  ['an id_token that is no text', 400, 'request.parameter', () => form('{"id_token":7}', 'application/json')],
];

/** The token, before its signature has verified: nobody is told which of the last five it was. */
const UNPROVEN: readonly Case[] = [
  ['what is no token', 401, 'token.malformed', () => send({ id_token: 'x' })],
  ['a token that nobody signed', 401, 'token.malformed', () => under({ alg: 'none' })],
  ['a token under a shared secret', 401, 'token.malformed', () => under({ alg: 'HS256', kid: 'key-1' })],
  [
    'a token that asks for more',
    401,
    'token.malformed',
    () => under({ alg: 'RS256', kid: 'key-1', crit: ['b64'], b64: false }),
  ],
  ['a token over the limit', 401, 'token.malformed', () => token({ padding: 'x'.repeat(20_000) })],
  ['a token of nobody', 401, 'token.not_trusted', () => token({}, { issuer: 'https://nobody.example' })],
  ['a token that names nobody', 401, 'token.not_trusted', () => token({ iss: 7 })],
  [
    'a token of an issuer of the exchange',
    401,
    'token.not_trusted',
    async () => send({ id_token: await house.ci.mint({ aud: 'countersign', sub: '1' }) }),
  ],
  [
    'a token signed by somebody else',
    401,
    'token.not_trusted',
    async () =>
      send({ id_token: await house.ci.mint({ aud: 'countersign', sub: '1' }, { issuer: house.corp.url }) }),
  ],
  [
    'a token with a key that there is not',
    401,
    'token.not_trusted',
    () => token({}, { header: { kid: 'other' } }),
  ],
  [
    'a token with a spoiled signature',
    401,
    'token.not_trusted',
    async () => send({ id_token: await spoiled() }),
  ],
];

/** The token, after it. */
const PROVEN: readonly Case[] = [
  ['a token that has just expired, leeway or not', 401, 'token.expired', () => token({ exp: now() - 2 })],
  ['a token without an end', 401, 'token.expired', () => token({ exp: undefined })],
  ['a token of tomorrow', 401, 'token.not_yet_valid', () => token({ nbf: now() + 3600 })],
  ['a token that was issued tomorrow', 401, 'token.not_yet_valid', () => token({ iat: now() + 3600 })],
  ['a token for another client', 401, 'token.audience', () => token({ aud: 'else' })],
  ['a token for nobody', 401, 'token.audience', () => token({ aud: undefined })],
  ['a token of nobody in particular', 401, 'token.malformed', () => token({ sub: undefined })],
  ['a token of an empty sub', 401, 'token.malformed', () => token({ sub: '' })],
  ['a token of a sub that is no text', 401, 'token.malformed', () => token({ sub: 1001 })],
  [
    'another account with the email of a member',
    401,
    'credential.identity_conflict',
    () => token({ sub: '2002' }),
  ],
];

const ALL = [...REQUESTS, ...UNPROVEN, ...PROVEN];

describe('POST /api/v1/token', () => {
  it.each(ALL)('refuses %s', async (_name, status, code, make) => {
    const reply = await make();
    const body = reply.json();
    expect([reply.status, body['code']]).toEqual([status, code]);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(Object.keys(body)).toEqual([
      'error',
      'error_description',
      'code',
      'decision_id',
      'retryable',
      'hint',
      'error_uri',
    ]);
    expect(body['decision_id']).toMatch(/^dec_[0-9A-Z]{26}$/);
    const challenge = reply.headers['www-authenticate'];
    expect(challenge).toBe(status === 401 ? 'Bearer error="invalid_token"' : undefined);
    expect(reply.headers.allow).toBe(status === 405 ? 'POST' : undefined);
  });

  it('says the same of all that is not trusted', async () => {
    const told = new Set<string>();
    for (const [, , code, make] of UNPROVEN) {
      if (code !== 'token.not_trusted') continue;
      const { decision_id: _, ...body } = (await make()).json();
      told.add(JSON.stringify(body));
    }
    expect(told.size).toBe(1);
  });

  it('says the same whatever the client would rather read', async () => {
    const told = new Set<string>();
    for (const accept of ['application/json', 'text/html', '*/*', 'text/html, application/json;q=0']) {
      const reply = await form('id_token=x', FORM, { headers: { 'content-type': FORM, accept } });
      const { decision_id: _, ...body } = reply.json();
      told.add(JSON.stringify([reply.status, reply.headers['content-type'], body]));
    }
    expect(told.size).toBe(1);
  });

  it('reflects nothing of what it was sent', async () => {
    const secret = 'not-to-be-said-again';
    for (const reply of [
      await send({ id_token: secret }),
      await form(`id_token=a&id_token=${secret}`),
      await token({ aud: secret, sub: secret }),
    ])
      expect(reply.text).not.toContain(secret);
  });

  it('is 503 while the provider cannot be asked for its keys, and says when to come again', async () => {
    other.corp.break(true);
    const id_token = await other.corp.mint({ aud: 'countersign', sub: '1' });
    const reply = await ask(other.server.port, {
      method: 'POST',
      path: '/api/v1/token',
      headers: { 'content-type': FORM },
      body: new URLSearchParams({ id_token }).toString(),
    });
    expect([reply.status, reply.json()['code']]).toEqual([503, 'issuer.unreachable']);
    expect(reply.headers['retry-after']).toMatch(/^\d+$/);
    expect(reply.headers['www-authenticate']).toBeUndefined();
  });
});
