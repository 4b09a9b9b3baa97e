import { err, ok, type Json } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { MAX_NAMED_FILE, readNamedFiles } from './named-files.ts';

const file = (issuer: Json): Json => ({
  a: 1,
  organizations: [{ name: 'acme', issuers: [{ name: 'i' }, issuer] }],
});
const at = (key: string) => ['organizations', 0, 'issuers', 1, key];

describe('files that routes name', () => {
  it('are read where their path stands', () => {
    const routes = [
      { to: 'a.pem' },
      { tls_custom_ca_file: 'a.pem', tls_client_cert_file: 'b.pem', tls_client_key_file: 'c.pem' },
    ];
    const read = readNamedFiles({ routes }, (path) => ok(`content of ${path}`));
    expect(read.value).toEqual({
      routes: [
        { to: 'a.pem' },
        {
          tls_custom_ca_file: 'content of a.pem',
          tls_client_cert_file: 'content of b.pem',
          tls_client_key_file: 'content of c.pem',
        },
      ],
    });
    const unread = readNamedFiles({ routes }, () => err('there is no such file')).problems;
    expect(unread.map(({ path }) => path.join('.'))).toEqual([
      'routes.1.tls_custom_ca_file',
      'routes.1.tls_client_cert_file',
      'routes.1.tls_client_key_file',
    ]);
  });
});

describe('files that issuers name', () => {
  it('are read where their path stands, and nothing else is touched', () => {
    const issuer = { name: 'j', jwks_file: 'keys.json', ca_file: 'ca.pem', url: 'keys.json' };
    const read = readNamedFiles(file(issuer), (path) => ok(`content of ${path}`));
    expect(read).toEqual({
      value: file({ ...issuer, jwks_file: 'content of keys.json', ca_file: 'content of ca.pem' }),
      problems: [],
    });
  });

  it('are reported at their place when they cannot be read', () => {
    const read = readNamedFiles(file({ jwks_file: 'x', ca_file: 'y' }), () => err('there is no such file'));
    expect(read).toEqual({
      value: file({ jwks_file: null, ca_file: null }),
      problems: ['jwks_file', 'ca_file'].map((key) => ({
        path: at(key),
        message: 'expected a file: there is no such file',
      })),
    });
  });

  it('are taken up to their bound, counted in bytes', () => {
    const problems = (content: string) => readNamedFiles(file({ ca_file: 'x' }), () => ok(content)).problems;
    expect(problems('x'.repeat(MAX_NAMED_FILE))).toEqual([]);
    const message = `expected a file of at most ${MAX_NAMED_FILE} bytes`;
    expect(problems('x'.repeat(MAX_NAMED_FILE + 1))).toEqual([{ path: at('ca_file'), message }]);
    expect(problems('ä'.repeat(MAX_NAMED_FILE / 2 + 1))).toEqual([{ path: at('ca_file'), message }]);
  });

  it.each([
    null,
    5,
    [],
    { organizations: 5 },
    { organizations: [null, { issuers: [null, { jwks_file: 5 }] }] },
  ])('are looked for without a fault in %j', (value) => {
    const read = readNamedFiles(value, () => err('must not be read'));
    expect(read).toEqual({ value, problems: [] });
  });
});
