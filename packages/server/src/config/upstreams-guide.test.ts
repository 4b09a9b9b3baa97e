import { readFileSync } from 'node:fs';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { compileSnapshot } from '../snapshot/compile.ts';
import { loadConfig } from './load.ts';

/** The guide to services behind routes: what it shows is what loads. */
const root = new URL('../../../../', import.meta.url);
const guide = readFileSync(new URL('docs/guides/upstreams.md', root), 'utf8');
const [whole = '', routes = ''] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]);
const authority = makeCertificate({ names: ['Inside'], isAuthority: true });
const client = makeCertificate({ names: ['gateway'], issuer: authority });
const FILES: Readonly<Record<string, string>> = {
  '/inside-ca.pem': authority.cert,
  '/gateway.pem': client.cert,
  '/gateway-key.pem': client.key,
};

function compiled(text: string) {
  const readFile = (path: string) => {
    const content = path === '/c.yaml' ? text : FILES[path];
    return content === undefined ? err('there is no such file') : ok(content);
  };
  const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile });
  expect(loaded).toMatchObject({ ok: true, value: { findings: [] } });
  return loaded.ok && compileSnapshot(loaded.value.config);
}

describe('the guide to services behind routes', () => {
  it('shows several addresses that load', () => {
    expect(compiled(whole)).toMatchObject({
      ok: true,
      value: { routes: [{ upstream: { balancing: 'least_request', healthCheck: { interval: 2_000 } } }] },
    });
  });

  it('shows TLS that loads', () => {
    expect(compiled(`url: http://localhost:8080\norganizations: [{ name: acme }]\n${routes}`)).toMatchObject({
      ok: true,
      value: { routes: [{ upstream: { tls: { serverName: 'vault.internal', ca: authority.cert } } }] },
    });
  });

  it('names causes and bounds as they are', () => {
    const transport = ['passage', 'pools', 'probe'].map((name) =>
      readFileSync(new URL(`packages/server/src/gateway/transport/upstreams-${name}.ts`, root), 'utf8'),
    );
    const sources = transport.join('\n');
    for (const cause of ['no address of the upstream is healthy', 'too many requests wait for the upstream'])
      expect([guide.includes(cause), sources.includes(cause)]).toEqual([true, true]);
    for (const bound of ['MAX_CONNECTIONS = 4_096', 'MAX_WAITING = 1_024', 'CHECK_TIMEOUT = 5_000'])
      expect(sources).toContain(bound);
  });
});
