import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { compact, goodClaims, hmac, listen, stop } from './forge.ts';

/**
 * Threat 5: an issuer that an administrator trusts, and that has turned against us, makes us fetch. Whatever it answers,
 * what it aims at is never asked, its tokens are refused, and nothing of what it said comes back to the caller.
 */

const DISCOVERY = '/.well-known/openid-configuration';
/** What an issuer does when it is asked; `target` is what it aims at. */
type Rogue = (at: { readonly url: string; readonly target: string }) => RequestListener;

const json =
  (body: unknown): RequestListener =>
  (_request, response) =>
    void response.end(JSON.stringify(body));
/** Good discovery but for the `jwks_uri`. */
const keysAt =
  (jwksUri: (target: string) => unknown): Rogue =>
  ({ url, target }) =>
    json({ issuer: url, jwks_uri: jwksUri(target) });
/** Good discovery, and then this for the key set. */
const keys =
  (listener: RequestListener): Rogue =>
  ({ url }) =>
  (request, response) =>
    request.url === DISCOVERY
      ? json({ issuer: url, jwks_uri: `${url}/jwks` })(request, response)
      : listener(request, response);
const redirect =
  (status: number): Rogue =>
  ({ target }) =>
  (_request, response) =>
    void response.writeHead(status, { location: `${target}/` }).end();
const withoutScheme = (url: string): string => url.slice('http://'.length);

const rogues: readonly (readonly [name: string, rogue: Rogue])[] = [
  ['a redirect', redirect(302)],
  ['a permanent redirect', redirect(308)],
  ['a redirect for the keys', ({ url, target }) => keys(redirect(307)({ url, target }))({ url, target })],
  ['a meta-data service', keysAt(() => 'http://169.254.169.254/latest/meta-data/')],
  ['a meta-data service by its IPv6', keysAt(() => 'http://[fd00:ec2::254]/latest/meta-data/')],
  ['a mapped meta-data service', keysAt(() => 'https://[::ffff:169.254.169.254]/')],
  ['a meta-data service as one number', keysAt(() => 'https://2852039166/')],
  ['a private network in the clear', keysAt(() => 'http://10.0.0.1/')],
  ['the unspecified address', keysAt((target) => target.replace('127.0.0.1', '0.0.0.0'))],
  ['credentials in the URL', keysAt((target) => target.replace('://', '://user:word@'))],
  ['a fragment', keysAt((target) => `${target}/#x`)],
  ['a line break in the URL', keysAt((target) => `${target}/\r\nX: y`)],
  ['a backslash in the URL', keysAt((target) => `http:\\\\${withoutScheme(target)}`)],
  ['no scheme', keysAt((target) => `//${withoutScheme(target)}/`)],
  ['ftp', keysAt((target) => target.replace('http', 'ftp'))],
  ['gopher', keysAt((target) => `gopher://${withoutScheme(target)}/_GET`)],
  ['ws', keysAt((target) => target.replace('http', 'ws'))],
  ['a file', keysAt(() => 'file:///etc/passwd')],
  ['data', keysAt(() => 'data:application/json,{"keys":[]}')],
  ['a list of URLs', keysAt((target) => [target])],
  ['another issuer', ({ target }) => json({ issuer: target, jwks_uri: target })],
  ['an issuer twice', ({ url, target }) => twice(url, target)],
  ['too much', ({ url }) => json({ issuer: url, padding: 'x'.repeat(300_000) })],
  ['too much without a length', () => endless],
  [
    'a compressed bomb',
    keys((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end()),
  ],
  ['too many keys', keys(json({ keys: Array.from({ length: 101 }, () => ({ kty: 'oct', k: 'AA' })) }))],
  ['a secret key', keys(json({ keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k: 'AAAA' }] }))],
  ['depth', keys((_request, response) => void response.end('{"keys":['.repeat(5000)))],
  ['another protocol', () => (_request, response) => void response.socket?.end('+PONG\r\n')],
  [
    'an upgrade',
    () => (_request, response) =>
      void response.socket?.write('HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  ],
  ['silence', () => () => {}],
  ['a drop at a time', () => dribble],
];

function twice(url: string, target: string): RequestListener {
  const text = `{"issuer":${JSON.stringify(url)},"jwks_uri":"${url}/jwks","jwks_uri":"${target}/"}`;
  return (_request, response) => void response.end(text);
}

const endless: RequestListener = (_request, response) => {
  const pour = (): void => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
  };
  response.on('drain', pour).on('error', () => {});
  pour();
};

const dribble: RequestListener = (_request, response) => {
  const timer = setInterval(() => response.write(' '), 200);
  response.on('close', () => clearInterval(timer)).on('error', () => {});
};

let server: ServerProcess;
/** Counts connections: what is aimed at must not even be dialled. */
let target: TcpServer;
let dialled = 0;
const issuers = new Map<string, { readonly server: Server; readonly url: string }>();

beforeAll(async () => {
  target = createServer((socket) => {
    dialled += 1;
    socket.destroy();
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const aim = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  for (const [name, rogue] of rogues) {
    const issuer = await listen((request, response) =>
      rogue({ url: issuer.url, target: aim })(request, response),
    );
    issuers.set(name, issuer);
  }
  const entries = [...issuers.values()].map(
    ({ url }, index) => `
      - { name: rogue-${index}, url: "${url}", policies: [{ decision: allow, token_type: organization, rules: { sub: '*' } }] }`,
  );
  server = await startServerProcess(`
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: 'sqlite::memory:'
allow_private_issuers: true
organizations:
  - name: acme
    issuers:${entries.join('')}
`);
});
afterAll(async () => {
  await server.dispose();
  await Promise.all([...issuers.values()].map((issuer) => stop(issuer.server)));
  target.close();
});

describe('an issuer that answers with', () => {
  /** All at once: some of them have to be waited for. */
  let replies: ReadonlyMap<string, Awaited<ReturnType<typeof exchangeReply>>>;
  beforeAll(async () => {
    const asked = [...issuers].map(async ([name, { url }]) => {
      const header = '{"alg":"RS256","kid":"k"}';
      const subjectToken = compact(header, JSON.stringify(goodClaims(url)), hmac('x'));
      return [name, await exchangeReply(server, { subjectToken })] as const;
    });
    replies = new Map(await Promise.all(asked));
  });

  it.each(rogues.map(([name]) => name))('%s vouches for nobody', (name) => {
    const reply = replies.get(name);
    // A key set that could be had, and holds no key that may be used, is no outage.
    const code = name === 'a secret key' ? 'token.not_trusted' : 'issuer.unreachable';
    expect([reply?.status, reply?.json()['code']]).toEqual([code === 'token.not_trusted' ? 400 : 503, code]);
    expect(reply?.text).not.toMatch(/169\.254|127\.0\.0\.1|PONG|passwd|ECONN|jwks|redirect/);
  });

  it('anything does not make us dial what it aims at', () => {
    expect(dialled).toBe(0);
  });

  it('anything leaves the server as it was', () => {
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a configuration that opens no private addresses', () => {
  const configuration = (issuer: string, more = ''): string => `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: 'sqlite::memory:'
${more}
organizations:
  - name: acme
    issuers: [{ name: ci, url: "${issuer}", policies: [{ decision: allow, token_type: organization, rules: { sub: x } }] }]
`;
  const refusal = async (text: string): Promise<string> => {
    const started = await startServerProcess(text).catch((fault: unknown) => String(fault));
    if (typeof started === 'string') return started;
    await started.dispose();
    return 'it started';
  };

  it('is not loaded with an issuer in the clear, nor with ourselves for an issuer', async () => {
    const own = 'http://localhost:${PORT}';
    const answers = await Promise.all([
      refusal(configuration('http://127.0.0.1:9')),
      refusal(configuration('http://issuer.example', 'allow_private_issuers: true')),
      refusal(configuration(own, 'allow_private_issuers: true')),
      refusal(configuration(`${own}/x`, 'allow_private_issuers: true')),
    ]);
    for (const answer of answers) expect(answer).toMatch(/serve ended with 2: [^]*issuers\[0\]\.url/);
  });

  it('reaches no private address by https either, by number or by name', async () => {
    const { port } = target.address() as AddressInfo;
    const before = dialled;
    for (const issuer of [
      `https://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      `https://[::1]:${port}`,
    ]) {
      const strict = await startServerProcess(configuration(issuer));
      const subjectToken = compact('{"alg":"RS256"}', JSON.stringify(goodClaims(issuer)), hmac('x'));
      const reply = await exchangeReply(strict, { subjectToken });
      await strict.dispose();
      expect([reply.status, reply.json()['code']]).toEqual([503, 'issuer.unreachable']);
    }
    expect(dialled).toBe(before);
  });
});
