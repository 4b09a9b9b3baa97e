import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const found = (keys: string): unknown => {
  const text = `url: http://localhost:8080
organizations: [{ name: acme }]
routes:
  - name: r
    from: https://r.example
    allow_any_authenticated_user: true
${keys.replace(/^/gm, '    ')}
`;
  const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile: () => ok(text) });
  return loaded.ok
    ? loaded.value.findings.map(({ rule, path, line }) => `${line} ${path} ${rule}`)
    : loaded.error;
};

describe('an upstream that nobody verifies', () => {
  it('is warned of', () => {
    expect(found('to: https://a.example\ntls_skip_verify: true')).toEqual([
      '8 routes[0].tls_skip_verify upstream-unverified',
    ]);
  });

  it('is no matter where it is verified', () => {
    expect(found('to: https://a.example\ntls_skip_verify: false')).toEqual([]);
  });
});

describe('who is asking', () => {
  it('is not sent in plain http to another machine without a warning', () => {
    expect(found('to: http://a.example\npass_identity_headers: true')).toEqual([
      '7 routes[0].to identity-in-clear',
    ]);
    expect(found('to: ["http://127.0.0.1:1,1", "http://10.0.0.1,3"]\npass_identity_headers: true')).toEqual([
      '7 routes[0].to[1] identity-in-clear',
    ]);
  });

  it.each([
    'https://a.example',
    'http://127.0.0.1:9',
    'http://localhost',
    'http://[::1]:9',
    'unix:/run/a.sock',
  ])('may be sent to %s', (to) => {
    expect(found(`to: ${to}\npass_identity_headers: true`)).toEqual([]);
  });

  it('is nobody where the route does not pass it on', () => {
    expect(found('to: http://a.example')).toEqual([]);
  });
});
