import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../../test/support/certificates.ts';
import { route } from './route.ts';

const base = { name: 'r', from: 'https://r.example', allow_any_authenticated_user: true };
const to = 'https://a.example';
const authority = makeCertificate({ names: ['authority'], isAuthority: true });
const client = makeCertificate({ names: ['gateway'], issuer: authority });

const upstream = (given: object) => route.parse({ ...base, to, ...given }).to;
const problems = (given: object) => {
  const parsed = route.safeParse({ ...base, to, ...given });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the service behind a route', () => {
  it('has nothing that the file does not say', () => {
    expect(upstream({})).toEqual({
      targets: [{ scheme: 'https', host: 'a.example', port: 443, weight: 1 }],
      balancing: 'round_robin',
    });
    expect(upstream({ tls_skip_verify: false })).not.toHaveProperty('tls');
  });

  it.each(['round_robin', 'least_request', 'random'])('is chosen by %s', (policy) => {
    const list = { to: [to, 'https://b.example'], load_balancing_policy: policy };
    expect(upstream(list)).toMatchObject({ balancing: policy });
  });

  it('has something to choose from where a policy is named', () => {
    const message = 'load_balancing_policy: needs a list in to: there is nothing to choose from';
    expect(problems({ load_balancing_policy: 'random' })).toEqual([message]);
    expect(problems({ to: [to, 'https://b.example'], load_balancing_policy: 'ring_hash' })).toHaveLength(1);
  });

  it('is checked by path, each ten seconds unless the file says otherwise', () => {
    expect(upstream({ health_check: { path: '/up?deep=1' } })).toMatchObject({
      healthCheck: { path: '/up?deep=1', interval: 10 },
    });
    expect(upstream({ health_check: { path: '/', interval: '1s' } })).toMatchObject({
      healthCheck: { interval: 1 },
    });
  });

  it.each([{}, { path: 'up' }, { path: '' }, { path: '/a b' }, { path: '/a#b' }, { path: '/a\r\nX: y' }])(
    'is not checked by %j',
    (check) => {
      expect(problems({ health_check: check })).toHaveLength(1);
    },
  );

  it.each([
    { path: '/', interval: 0 },
    { path: '/', interval: '11m' },
    { path: '/', timeout: 1 },
    { path: `/${'a'.repeat(2048)}` },
  ])('is not checked like %j', (check) => {
    expect(problems({ health_check: check })).toHaveLength(1);
  });
});

describe('TLS to it', () => {
  it('is what the file says', () => {
    expect(
      upstream({
        tls_server_name: 'internal.example',
        tls_custom_ca_file: authority.cert,
        tls_client_cert_file: client.cert,
        tls_client_key_file: client.key,
      }),
    ).toMatchObject({
      tls: {
        serverName: 'internal.example',
        ca: authority.cert,
        client: { cert: client.cert, key: client.key },
      },
    });
    expect(upstream({ tls_skip_verify: true })).toMatchObject({ tls: { skipVerify: true } });
  });

  it.each([
    { tls_server_name: 'a.example' },
    { tls_custom_ca_file: authority.cert },
    { tls_skip_verify: true },
    { tls_client_cert_file: client.cert, tls_client_key_file: client.key },
  ])('has no meaning where an address is not https: %#', (given) => {
    const expected = Object.keys(given).map((key) => `${key}: needs https in every address of to`);
    for (const other of ['http://a.example', 'unix:/run/a.sock', [to, 'http://b.example']])
      expect(problems({ to: other, ...given })).toEqual(expected);
  });

  it('verifies by a name or an authority, or not at all', () => {
    expect(
      problems({ tls_skip_verify: true, tls_server_name: 'a', tls_custom_ca_file: authority.cert }),
    ).toEqual([
      'tls_server_name: excludes tls_skip_verify: nothing is verified',
      'tls_custom_ca_file: excludes tls_skip_verify: nothing is verified',
    ]);
  });

  it('shows a certificate with its key, or none', () => {
    const { cert, key } = client;
    expect(problems({ tls_client_cert_file: cert })).toEqual([
      'tls_client_cert_file: needs tls_client_key_file',
    ]);
    expect(problems({ tls_client_key_file: key })).toEqual([
      'tls_client_key_file: needs tls_client_cert_file',
    ]);
    const other = problems({ tls_client_cert_file: cert, tls_client_key_file: authority.key });
    expect(other).toEqual([expect.stringMatching(/^tls_client_key_file: /)]);
    const swapped = problems({ tls_client_cert_file: key, tls_client_key_file: cert });
    expect(swapped).toEqual([expect.stringMatching(/^tls_client_cert_file: .*private key/)]);
  });

  it.each(['A.example', 'a.example:443', '10.0.0.1', '[::1]', '*.a.example', 'a..b', ''])(
    'is not asked for the name %j',
    (name) => {
      expect(problems({ tls_server_name: name })).toHaveLength(1);
    },
  );

  it('trusts certificates that can be read, and no private key', () => {
    expect(problems({ tls_custom_ca_file: 'nothing' })).toHaveLength(1);
    expect(problems({ tls_custom_ca_file: authority.cert + authority.key })).toEqual([
      expect.stringContaining('private key'),
    ]);
  });
});
