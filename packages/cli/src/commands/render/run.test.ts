import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as server from '@countersign/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeDeps, type FakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';
import { PROXIES } from './run.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'render-'))));
afterAll(() => rm(directory, { recursive: true }));

const ROUTES = `
routes:
  - name: Orders.v1
    from: https://orders.example
    to: https://orders.internal:8443
    pass_identity_headers: true
    jwt_claims_headers: { X-Repository: repository }
    allow_any_authenticated_user: true
  - name: wiki
    from: https://orders.example
    prefix: /wiki
    to: http://[::1]:9000
    preserve_host_header: true
    allow_websockets: true
    timeout: 90s
    allow_any_authenticated_user: true
`;

const config = (
  over: {
    readonly listen?: string;
    readonly trusted?: string;
    readonly routes?: string;
    readonly people?: true;
  } = {},
) => `
listen: ${over.listen ?? '127.0.0.1:8081'}
url: https://auth.example
storage: 'sqlite::memory:'
trusted_proxies: ${over.trusted ?? '[127.0.0.1]'}
organizations: [{ name: acme }]
${over.people ? 'identity_providers: [{ name: staff, issuer: https://id.example, client_id: c }]' : ''}
${over.routes ?? ROUTES}`;

async function render(
  args: readonly string[],
  text = config(),
): Promise<FakeDeps & { readonly code: number }> {
  const file = join(directory, 'countersign.yaml');
  await writeFile(file, text);
  const deps = fakeDeps({ server });
  const code = await main(['render', ...args, '--config', file], deps);
  return { ...deps, code };
}

describe.each(PROXIES)('render %s', (proxy) => {
  it('prints a configuration alone', async () => {
    const { code, out, errors } = await render([proxy]);
    expect([code, errors()]).toEqual([0, '']);
    expect(out()).toContain('127.0.0.1');
    expect(out()).toMatch(/[^\n]\n$/);
    expect(out()).not.toMatch(/undefined|\[object|NaN/);
  });

  it('copies every header that says who is asking, of all routes', async () => {
    const { out } = await render([proxy === 'haproxy' ? 'haproxy-lua' : proxy]);
    expect(out()).toMatch(/x-pomerium-jwt-assertion/i);
    expect(out()).toMatch(/x-repository/i);
  });

  it('says what keeps it from working', async () => {
    const closed = await render([proxy], config({ trusted: '[]' }));
    expect([closed.code, closed.errors()]).toEqual([0, expect.stringContaining('trusted_proxies is empty')]);
    const clash = await render([proxy], config({ listen: '127.0.0.1:443' }));
    expect([clash.code, clash.errors()]).toEqual([0, expect.stringContaining('both listen on port 443')]);
  });

  it.each([
    ['there are no routes', config({ routes: '' }), 'no routes'],
    ['nobody knows where the server is', config({ listen: '127.0.0.1:0' }), 'port 0'],
    ['the file is broken', config().replace('storage', 'storrage'), 'storrage'],
  ])('ends with 2 and prints nothing when %s', async (_name, text, message) => {
    const { code, out, errors } = await render([proxy], text);
    expect([code, out(), errors()]).toEqual([2, '', expect.stringContaining(message)]);
  });
});

describe.each(PROXIES)('where people sign in, render %s', (proxy) => {
  it('has it lead them there if it can, and the way back come to the server', async () => {
    const people = await render([proxy], config({ people: true }));
    expect([people.code, people.errors()]).toEqual([0, '']);
    expect(people.out().includes('?redirect=1')).toBe(ASKS_FOR_REDIRECTS.includes(proxy));
    expect(/(?:path|prefix:|path_beg|\^~)[^\n]* \/\.pomerium\//.test(people.out())).toBe(
      proxy !== 'haproxy-lua',
    );
  });

  it('has none of it where nobody can', async () => {
    const { out } = await render([proxy]);
    expect(out()).not.toContain('redirect=1');
    expect(out()).not.toMatch(/(?:path|prefix:|path_beg|\^~)[^\n]* \/\.pomerium\//);
  });

  it('has it show upstreams the cookies that were answered', async () => {
    const { out } = await render([proxy === 'haproxy' ? 'haproxy-lua' : proxy]);
    expect(out()).toMatch(COOKIES[proxy]);
  });
});

/** The other half of HAProxy asks; Envoy has no room for it. */
const ASKS_FOR_REDIRECTS: readonly string[] = ['nginx', 'caddy', 'haproxy-lua'];

const COOKIES = {
  nginx: /proxy_set_header Cookie \$countersign_cookie;/,
  caddy: /copy_headers [^\n]*\bCookie\b/,
  haproxy: /COPIED = \{[^}]*"Cookie"/,
  'haproxy-lua': /COPIED = \{[^}]*"Cookie"/,
  envoy: /allowed_upstream_headers:\s+patterns:(?:\s+- \{[^\n]*)*exact: cookie/,
} as const;

describe('render', () => {
  it('knows the proxies that it can configure, and no others', async () => {
    const { code, errors } = await render(['apache']);
    expect([code, errors()]).toEqual([2, expect.stringContaining('nginx')]);
  });

  it('has the proxy listen where it is told to', async () => {
    expect((await render(['nginx', '--listen', '::1'])).out()).toContain('listen [::1]:443 ssl;');
    expect((await render(['caddy', '--listen', '192.0.2.1'])).out()).toContain('bind 192.0.2.1');
    expect((await render(['haproxy', '--listen', '192.0.2.1'])).out()).toContain('bind 192.0.2.1:443');
    expect((await render(['envoy', '--listen', '192.0.2.1'])).out()).toContain('address: "192.0.2.1"');
  });

  it.each(['localhost', '127.1', 'fe80::1%eth0', '127.0.0.1; include /etc/shadow'])(
    'takes an address to listen on, not "%s"',
    async (listen) => {
      const { code, out } = await render(['nginx', '--listen', listen]);
      expect([code, out()]).toEqual([2, '']);
    },
  );

  it('asks at the loopback address of a server that listens on all', async () => {
    expect((await render(['nginx'], config({ listen: '0.0.0.0:8081' }))).out()).toContain(
      'server 127.0.0.1:8081;',
    );
    expect((await render(['nginx'], config({ listen: '"[::]:8081"' }))).out()).toContain(
      'server [::1]:8081;',
    );
  });

  it('tells routes of one host apart by what was answered, whatever their names are to a regular expression', async () => {
    const { out } = await render(['nginx']);
    expect(out()).toContain('"~^Orders\\.v1$" https://countersign_route_0;');
    expect(out()).toContain('"~^wiki$" http://countersign_route_1;');
    expect(out().match(/^server \{/gm)).toHaveLength(2);
  });
});
