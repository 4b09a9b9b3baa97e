import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { freePort } from '../support/server-process.ts';
import { answers, type Started } from './frame.ts';
import type { Job } from './load.ts';
import type { Program } from './processes.ts';

/**
 * What people put in front of a service in our place, each in one process and one thread and with kept connections on
 * both sides, none with an access log.
 */

const script = (name: string): string[] => [
  '--conditions=source',
  fileURLToPath(new URL(`./peers/${name}`, import.meta.url)),
];

/** A value that the maps of the peers hold. */
const KNOWN = 'bench-00042';
const MAP_SIZE = 100_000;

/** The upstream itself, on the core of the proxies: what no proxy can be faster than. */
export function direct(): Promise<Started> {
  return onNode('upstream.mjs', {});
}

export function bareTransport(upstream: number): Promise<Started> {
  return onNode('bare-transport.ts', { UPSTREAM: `http://127.0.0.1:${upstream}` });
}

export function ownTransport(upstream: number): Promise<Started> {
  return onNode('own-transport.ts', { UPSTREAM: `http://127.0.0.1:${upstream}` });
}

export function httpProxy3(upstream: number): Promise<Started> {
  return onNode('http-proxy-3-map.ts', { UPSTREAM: `http://127.0.0.1:${upstream}` }, KNOWN);
}

async function onNode(name: string, env: Readonly<Record<string, string>>, token?: string): Promise<Started> {
  const port = await freePort();
  return { args: script(name), env: { ...env, PORT: String(port) }, ready: () => whenUp(port, token) };
}

async function whenUp(port: number, token?: string): Promise<Job> {
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { url, requests: [{ method: 'GET', path: '/0/list', headers }] };
}

/** A program of Debian with its files in a folder that goes with it. */
async function onFiles(
  files: (port: number, folder: string) => Readonly<Record<string, string>>,
  program: (folder: string) => Program,
  token?: string,
): Promise<Started> {
  const [port, folder] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'countersign-bench-'))]);
  for (const [name, text] of Object.entries(files(port, folder))) await writeFile(join(folder, name), text);
  return {
    ...program(folder),
    ready: () => whenUp(port, token),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Looks at nothing: no check of who asks. */
export function caddy(upstream: number): Promise<Started> {
  return onFiles(
    (port) => ({
      Caddyfile: `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstream} {
    transport http {
      keepalive_idle_conns_per_host 256
    }
  }
}
`,
    }),
    (folder) => ({
      command: 'caddy',
      args: ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
      env: { GOMAXPROCS: '1', HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    }),
  );
}

/** Looks at nothing either. */
export function nginx(upstream: number): Promise<Started> {
  return onFiles(
    (port) => ({
      'nginx.conf': nginxConfig(`
    upstream orders { server 127.0.0.1:${upstream}; keepalive 256; }
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://orders;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
      }
    }`),
    }),
    nginxProgram,
  );
}

export const nginxProgram = (folder: string): Program => ({
  command: 'nginx',
  args: ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
});

export const nginxConfig = (servers: string): string => `daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    ${servers}
}
`;

/** Each look at a token as HAProxy's own manual does it. */
export function haproxyMap(upstream: number): Promise<Started> {
  return haproxy(
    upstream,
    (folder) => `
  http-request set-var(txn.user) http_auth_bearer,map_str(${join(folder, 'tokens.map')})
  http-request deny deny_status 401 unless { var(txn.user) -m found }`,
    {
      'tokens.map': Array.from(
        { length: MAP_SIZE },
        (_, index) => `bench-${String(index).padStart(5, '0')} user-${index}\n`,
      ).join(''),
    },
    KNOWN,
  );
}

export async function haproxyJwt(upstream: number): Promise<Started> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return haproxy(
    upstream,
    (folder) => `
  http-request set-var(txn.bearer) http_auth_bearer
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_header_query('$.alg') -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify("RS256","${join(folder, 'key.pem')}") 1 }
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 if { var(txn.bearer),jwt_payload_query('$.exp','int'),sub(txn.now) -m int lt 0 }
  http-request set-var(txn.user) var(txn.bearer),jwt_payload_query('$.sub')`,
    { 'key.pem': String(publicKey.export({ type: 'spki', format: 'pem' })) },
    await signedToken(privateKey),
  );
}

function signedToken(key: KeyObject): Promise<string> {
  return new SignJWT({ sub: 'user-42' })
    .setProtectedHeader({ alg: 'RS256' })
    .setExpirationTime('2h')
    .sign(key);
}

function haproxy(
  upstream: number,
  check: (folder: string) => string,
  files: Readonly<Record<string, string>>,
  token: string,
): Promise<Started> {
  return onFiles(
    (port, folder) => ({
      ...files,
      'haproxy.cfg': `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend orders
  bind 127.0.0.1:${port}${check(folder)}
  http-request set-header X-Forwarded-User %[var(txn.user)]
  http-request del-header Authorization
  default_backend upstream
backend upstream
  server orders 127.0.0.1:${upstream}
`,
    }),
    (folder) => ({ command: 'haproxy', args: ['-db', '-q', '-f', join(folder, 'haproxy.cfg')] }),
    token,
  );
}
