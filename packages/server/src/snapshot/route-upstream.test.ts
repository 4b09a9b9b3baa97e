import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { compileSnapshot } from './compile.ts';
import { loadConfig } from '../config/load.ts';
import { acme } from './testing/from-file.ts';

const authority = makeCertificate({ names: ['Inside'], isAuthority: true });
const gateway = makeCertificate({ names: ['gateway'], issuer: authority });
const base = { name: 'r', from: 'https://r.example', allow_any_authenticated_user: true };
const FILES: Readonly<Record<string, string>> = {
  '/authority.pem': authority.cert,
  '/authority-key.pem': authority.key,
  '/gateway.pem': gateway.cert,
  '/gateway-key.pem': gateway.key,
};
const configOf = (given: object) => {
  const text = JSON.stringify({ url: 'https://cs.example', ...acme(), routes: [{ ...base, ...given }] });
  const readFile = (path: string) => ok(FILES[path] ?? text);
  const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.config;
};
const snapshotOf = (given: object) => {
  const compiled = compileSnapshot(configOf(given));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
};
const upstream = (given: object) => snapshotOf(given).routes[0]?.upstream;
const pools = (given: object) => upstream(given)?.targets.map(({ pool }) => pool);

const https = { to: 'https://a.example' };
const shown = (name: string) => ({
  tls_client_cert_file: `${name}.pem`,
  tls_client_key_file: `${name}-key.pem`,
});

describe('connections to an upstream', () => {
  it('are shared by whatever leads to one address in one way', () => {
    expect(pools(https)).toEqual(['https://a.example:443']);
    expect(pools({ to: ['https://a.example:443,2', 'https://b.example,1'] })?.[0]).toBe(pools(https)?.[0]);
    expect(pools({ to: 'unix:/run/a.sock' })).toEqual(['unix:/run/a.sock']);
  });

  it('are others with every difference in what is verified or shown', () => {
    const kinds = [
      https,
      { ...https, tls_server_name: 'b.example' },
      { ...https, tls_custom_ca_file: 'authority.pem' },
      { ...https, tls_skip_verify: true },
      { ...https, ...shown('authority') },
      { ...https, ...shown('gateway') },
      { ...https, ...shown('gateway'), tls_skip_verify: true },
      { to: 'https://a.example:8443' },
      { to: 'http://a.example:443' },
    ];
    expect(new Set(kinds.flatMap((kind) => pools(kind) ?? [])).size).toBe(kinds.length);
  });

  it('have a name that holds nothing of the key', () => {
    const [pool = ''] = pools({ ...https, ...shown('gateway') }) ?? [];
    expect(pool).not.toContain(gateway.key.split('\n')[1]);
    expect(pool).toMatch(/^https:\/\/a\.example:443 [\w-]{43}$/);
  });
});

describe('a health check', () => {
  const check = (given: object) =>
    upstream({ ...https, health_check: { path: '/up', interval: '2s' }, ...given })?.healthCheck;

  it('is asked under the Host of the requests, where they have one', () => {
    expect(check({})).toEqual({ path: '/up', interval: 2_000 });
    expect(check({ host_rewrite: 'b.example' })).toMatchObject({ host: 'b.example' });
    expect(check({ preserve_host_header: true })).toMatchObject({ host: 'r.example' });
    expect(check({ preserve_host_header: true, from: 'https://r.example:8443' })).toMatchObject({
      host: 'r.example:8443',
    });
    expect(check({ preserve_host_header: true, from: 'https://*.r.example' })).not.toHaveProperty('host');
  });
});

describe('a socket', () => {
  it('is found from where the file is', () => {
    expect(upstream({ to: ['unix:run/a.sock', 'unix:/b.sock'] })?.targets).toMatchObject([
      { socketPath: '/run/a.sock', pool: 'unix:/run/a.sock' },
      { socketPath: '/b.sock' },
    ]);
  });

  it('has a path that fits into an address of it', () => {
    const faults = (length: number) => {
      const compiled = compileSnapshot(configOf({ to: `unix:/${'s'.repeat(length - 1)}` }));
      return compiled.ok ? [] : compiled.error;
    };
    expect(faults(107)).toEqual([]);
    const message = 'expected a path of at most 107 bytes: no socket has a longer one';
    expect(faults(108)).toEqual([{ path: ['routes', 0, 'to'], message }]);
  });
});

describe('the version of a configuration', () => {
  it('changes with a certificate, and tells nothing of its key', () => {
    const version = (given: object) => snapshotOf({ ...https, ...given }).version;
    expect(version(shown('authority'))).not.toBe(version(shown('gateway')));
    const config = configOf({ ...https, ...shown('gateway') });
    const withKey = (key: string) => ({
      ...config,
      routes: config.routes.map((route) => ({
        ...route,
        to: route.to && { ...route.to, tls: { client: { cert: gateway.cert, key } } },
      })),
    });
    const [one, other] = [gateway.key, authority.key].map((key) =>
      compileSnapshot(withKey(key) as typeof config),
    );
    expect(one?.ok && other?.ok && one.value.version === other.value.version).toBe(true);
  });
});
