import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { base64url, compact, goodClaims, hmac, startForge, type Forge } from './forge.ts';

/**
 * Threats 1, 2 and 12 at the token endpoint, with keys that are trusted: everything is right about these tokens but
 * the one thing that they are an attack with. Each is signed by the very issuer, unless that is the attack.
 */

let server: ServerProcess;
let issuer: Forge;
/** Trusted by `globex` alone. */
let foreign: Forge;
/** Trusted by nobody; what tokens would have us fetch. */
let evil: Forge;

beforeAll(async () => {
  [issuer, foreign, evil] = await Promise.all([startForge(), startForge(), startForge()]);
  const organization = (name: string, forge: Forge): string => `
  - name: ${name}
    issuers:
      - name: ci
        url: ${forge.url}
        max_token_age: 1h
        policies:
          - { decision: allow, token_type: organization, rules: { sub: 'repo:acme/*' } }
`;
  server = await startServerProcess(`
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
allow_private_issuers: true
organizations:${organization('acme', issuer)}${organization('globex', foreign)}
`);
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([issuer, foreign, evil].map((forge) => forge.close()));
});

/** Code of the refusal; a test that gets a token instead shows the token. */
async function refusal(subjectToken: string, organization = 'acme'): Promise<unknown> {
  const reply = await exchangeReply(server, { subjectToken, organization });
  expect([400, 413]).toContain(reply.status);
  return reply.json()['code'];
}

const RS256 = '{"alg":"RS256","kid":"key-1","typ":"JWT"}';
const good = (): string => JSON.stringify(goodClaims(issuer.url));
/** Good claims with this text in place of the value of a claim. */
const withText = (claim: string, text: string): string =>
  JSON.stringify({ ...goodClaims(issuer.url), [claim]: '@@' }).replace('"@@"', () => text);

it('takes the token that all others are changed from', async () => {
  expect(await accessToken(server, { subjectToken: issuer.token() })).toMatch(/^cso_/);
  expect(await accessToken(server, { subjectToken: issuer.sign(RS256, good()) })).toMatch(/^cso_/);
});

describe('the algorithm is not the attacker’s to choose', () => {
  const pem = () => issuer.publicKey.export({ type: 'spki', format: 'pem' });
  const der = () => issuer.publicKey.export({ type: 'spki', format: 'der' });
  const cases: readonly (readonly [string, () => string])[] = [
    ['none', () => `${base64url('{"alg":"none"}')}.${base64url(good())}.`],
    ['none with a signature', () => issuer.token({}, { alg: 'none' })],
    ['nOnE', () => issuer.token({}, { alg: 'nOnE' })],
    ['rs256', () => issuer.token({}, { alg: 'rs256' })],
    ['a list', () => issuer.token({}, { alg: ['RS256'] })],
    ['null', () => issuer.token({}, { alg: null })],
    [
      'HS256 under the public key as PEM',
      () => compact('{"alg":"HS256","kid":"key-1"}', good(), hmac(pem())),
    ],
    [
      'HS256 under the public key as DER',
      () => compact('{"alg":"HS256","kid":"key-1"}', good(), hmac(der())),
    ],
    ['HS256 under nothing', () => compact('{"alg":"HS256"}', good(), hmac(''))],
    ['RS256 with an HMAC for a signature', () => compact(RS256, good(), hmac(pem()))],
    ['RS256 without a signature', () => issuer.token().replace(/[^.]*$/, '')],
    ['RS256 with a signature of nulls', () => compact(RS256, good(), () => Buffer.alloc(256))],
    ['RS512 over the same key', () => issuer.token({}, { alg: 'RS512' })],
    [
      'ES256 with a signature of nulls',
      () => compact('{"alg":"ES256","kid":"key-1"}', good(), () => Buffer.alloc(64)),
    ],
    ['the algorithm twice', () => issuer.sign('{"alg":"none","alg":"RS256","kid":"key-1"}', good())],
  ];
  it.each(cases)('%s', async (_name, token) => {
    expect(await refusal(token())).toMatch(/^token\.(?:malformed|not_trusted)$/);
  });
});

describe('a header brings no key and names none', () => {
  const own = (): object => ({ ...evil.publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256' });
  const forged = (header: object): string => evil.token({ iss: issuer.url }, header);
  const cases: readonly (readonly [string, () => string])[] = [
    ['jwk', () => forged({ jwk: own() })],
    ['jku', () => forged({ jku: `${evil.url}/jwks` })],
    ['x5u', () => forged({ x5u: `${evil.url}/x5u` })],
    ['x5c', () => forged({ x5c: [base64url(evil.publicKey.export({ type: 'spki', format: 'der' }))] })],
    ['all of them under another kid', () => forged({ kid: 'evil', jwk: own(), jku: `${evil.url}/jwks` })],
    ['a kid that is a path', () => forged({ kid: '../../../../dev/null' })],
    ['a kid that is a URL', () => forged({ kid: `${evil.url}/jwks#key-1` })],
    ['a kid that is a query', () => forged({ kid: "x' UNION SELECT 'AA==' --" })],
    ['a kid that is __proto__', () => forged({ kid: '__proto__' })],
    ['a kid that is constructor', () => forged({ kid: 'constructor' })],
    ['a kid that is nothing', () => forged({ kid: '' })],
    ['a kid that is an object', () => forged({ kid: { toString: 'key-1' } })],
    ['a good signature under a kid of somebody else', () => issuer.token({}, { kid: 'key-2' })],
  ];
  it.each(cases)('%s', async (_name, token) => {
    expect(await refusal(token())).toMatch(/^token\.(?:malformed|not_trusted)$/);
    expect(evil.requests).toEqual([]);
  });

  it('and the keys of a header are ignored where the signature is good', async () => {
    const header = { jwk: own(), jku: `${evil.url}/jwks`, x5u: `${evil.url}/x5u` };
    expect(await accessToken(server, { subjectToken: issuer.token({}, header) })).toMatch(/^cso_/);
    expect(evil.requests).toEqual([]);
  });
});

describe('what is no plain JWS is no token', () => {
  const cases: readonly (readonly [string, () => string])[] = [
    ['crit', () => issuer.token({}, { crit: ['exp'] })],
    ['crit of nothing', () => issuer.token({}, { crit: [] })],
    ['b64: false', () => issuer.token({}, { b64: false, crit: ['b64'] })],
    ['a JWE', () => `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.QQ.QQ.QQ.QQ`],
    ['a JWS of five parts', () => `${issuer.token()}.QQ.QQ`],
    [
      'a token within a token',
      () => issuer.sign('{"alg":"RS256","kid":"key-1","cty":"JWT"}', issuer.token()),
    ],
    ['the type of an access token', () => issuer.token({}, { typ: 'at+jwt' })],
    ['the type of a logout token', () => issuer.token({}, { typ: 'logout+jwt' })],
    ['JSON serialization', () => jsonSerialization(issuer.token())],
    ['a signature of another spelling', () => `${issuer.token()}=`],
    ['white space in it', () => issuer.token().replace('.', '.\n')],
    ['a claim twice', () => issuer.sign(RS256, good().replace('{', '{"sub":"repo:acme/admin",'))],
    [
      'a claim twice by an escape',
      () => issuer.sign(RS256, good().replace('{', '{"s\\u0075b":"repo:acme/admin",')),
    ],
    ['iss twice', () => issuer.sign(RS256, good().replace('{', `{"iss":${JSON.stringify(foreign.url)},`))],
    ['claims that are a list', () => issuer.sign(RS256, `[${good()}]`)],
    ['claims behind a byte order mark', () => issuer.sign(RS256, `\ufeff${good()}`)],
    ['a lone surrogate', () => issuer.sign(RS256, withText('x', '"\\ud800"'))],
    [
      'claims of great depth',
      () => issuer.sign(RS256, withText('x', `${'['.repeat(2000)}${']'.repeat(2000)}`)),
    ],
    ['claims without number', () => issuer.sign(RS256, withText('x', `{${many('"a%":1', 900)}}`))],
    ['a token of a megabyte', () => issuer.token({ x: 'a'.repeat(1_000_000) })],
    ['a token just too long', () => issuer.token({ x: 'a'.repeat(12_300) })],
    ['dots alone', () => '.'.repeat(16_000)],
  ];
  it.each(cases)('%s', async (_name, token) => {
    expect(await refusal(token())).toMatch(/^(?:token\.malformed|request\.too_large)$/);
  });
});

function jsonSerialization(token: string): string {
  const [header, payload, signature] = token.split('.');
  return JSON.stringify({ protected: header, payload, signature });
}

function many(member: string, count: number): string {
  return Array.from({ length: count }, (_none, index) => member.replace('%', String(index))).join(',');
}

describe('a claim of another type is never read as a good one, nor as an absent one', () => {
  const cases: readonly (readonly [string, string])[] = [
    ...['1e999', '-1e999', '"9999999999"', '[9999999999]', '{}', 'true', 'null', '0', '-1', 'false'].map(
      (text) => ['exp', text] as const,
    ),
    ...['"1"', '{}', '[]', 'true', 'null', '1e999', '9999999999'].map((text) => ['nbf', text] as const),
    ...['"1"', '{}', 'null', '1e999', '9999999999', '0', '-1'].map((text) => ['iat', text] as const),
    ...[
      '""',
      'null',
      '1',
      'true',
      '{}',
      '[]',
      '[""]',
      '["urn:pulumi:org:acme",1]',
      '["urn:pulumi:org:acme",null]',
    ].map((text) => ['aud', text] as const),
    ...['[["urn:pulumi:org:acme"]]', '{"urn:pulumi:org:acme":true}', '"urn:pulumi:org:acme "'].map(
      (text) => ['aud', text] as const,
    ),
    ...[
      '"urn:pulumi:org:globex"',
      '"urn:pulumi:org:ACME"',
      '"urn:pulumi:org:acme,urn:pulumi:org:globex"',
    ].map((text) => ['aud', text] as const),
    ...['""', 'null', '1', '[]', '{}', '["repo:acme/shop"]', `"${'a'.repeat(1025)}"`].map(
      (text) => ['sub', text] as const,
    ),
    ...['null', '1', '[]', '{}', '""', '"x"'].map((text) => ['iss', text] as const),
  ];
  it.each(cases)('%s: %s', async (claim, text) => {
    expect(await refusal(issuer.sign(RS256, withText(claim, text)))).toMatch(/^token\./);
  });

  it.each(['exp', 'aud', 'sub', 'iss', 'iat'])('%s may not be absent', async (claim) => {
    expect(await refusal(issuer.token({ [claim]: undefined }))).toMatch(/^token\./);
  });

  it('a claim of the prototype is no claim', async () => {
    const claims = `{"__proto__":${good()}}`;
    expect(await refusal(issuer.sign(RS256, claims))).toMatch(/^token\./);
  });
});

describe('an issuer speaks for itself, to us, in its organization', () => {
  it('never for another organization, whatever it writes', async () => {
    const toAcme = foreign.token({ aud: ['urn:pulumi:org:acme', 'urn:pulumi:org:globex'] });
    expect(await refusal(toAcme, 'acme')).toBe('token.not_trusted');
    expect(await refusal(foreign.token({ iss: issuer.url }), 'acme')).toBe('token.not_trusted');
    expect(await refusal(foreign.token({ iss: issuer.url }), 'globex')).toBe('token.not_trusted');
    expect(await refusal(foreign.token(), 'globex')).toBe('token.audience');
  });

  it('never under a name that is only like its own', async () => {
    const { url } = issuer;
    const others = [
      `${url}//`,
      url.toUpperCase(),
      `${url} `,
      `${url}/.`,
      `${url}?`,
      `${url}#`,
      url.replace('://', '://x@'),
    ];
    for (const iss of [...others, url.replace('127.0.0.1', 'localhost'), [url], { url }]) {
      expect([iss, await refusal(issuer.token({ iss }))]).toEqual([iss, expect.stringMatching(/^token\./)]);
    }
  });

  it('and we are none: a token of our own name renews nothing', async () => {
    const own = `http://localhost:${server.port}`;
    for (const iss of [own, `${own}/`])
      expect(await refusal(issuer.token({ iss }))).toBe('token.not_trusted');
    const access = await accessToken(server, { subjectToken: issuer.token() });
    expect(await refusal(access)).toBe('token.malformed');
  });
});
