import { generateKeyPairSync } from 'node:crypto';
import { ok, err } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../../test/support/certificates.ts';
import { formatProblem } from '../problem.ts';
import { loadConfig } from '../load.ts';

const a = makeCertificate({ names: ['a.example', 'www.a.example'] });
const b = makeCertificate({ names: ['b.example'] });
const old = makeCertificate({ names: ['old.example'], notBefore: -9, notAfter: -2 });
const addressOnly = makeCertificate({ names: ['127.0.0.1'] });
const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
const intermediate = makeCertificate({ names: ['Intermediate'], isAuthority: true, issuer: authority });
const files: Readonly<Record<string, string>> = {
  'a.pem': a.cert,
  'a.key': a.key,
  'b.pem': b.cert,
  'b.key': b.key,
  'old.pem': old.cert,
  'old.key': old.key,
  'address.pem': addressOnly.cert,
  'address.key': addressOnly.key,
  'chain.pem': a.cert + authority.cert,
  'ca.pem': authority.cert,
  'intermediate.pem': intermediate.cert,
  'both.pem': intermediate.cert + authority.cert,
  'text.pem': 'a letter',
  'locked.key': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString(),
};

function load(tls: string, rest = '') {
  const text = `url: https://a.example\n${rest}tls:\n${tls}`;
  return loadConfig({
    file: '/c.yaml',
    env: {},
    now: Date.now(),
    readFile: (path) => {
      const content = path === '/c.yaml' ? text : files[path.slice(1)];
      return content === undefined ? err('there is no such file') : ok(content);
    },
  });
}

const problems = (tls: string): readonly string[] => {
  const loaded = load(tls);
  return loaded.ok ? [] : loaded.error.map(formatProblem);
};

const list = (...names: readonly string[]): string =>
  `  certificates:\n${names.map((name) => `    - { cert: ${name}.pem, key: ${name}.key }\n`).join('')}`;

describe('tls', () => {
  it('has the content of its files, the names of each certificate and its end', () => {
    const loaded = load(`${list('a', 'b')}  client_ca: ca.pem\n`);
    expect(loaded.ok && loaded.value.config.tls).toEqual({
      certificates: [
        { cert: a.cert, key: a.key, names: ['a.example', 'www.a.example'], validUntil: expect.any(Number) },
        { cert: b.cert, key: b.key, names: ['b.example'], validUntil: expect.any(Number) },
      ],
      clientCa: authority.cert,
    });
  });

  it('takes intermediates behind a certificate', () => {
    expect(problems('  certificates: [{ cert: chain.pem, key: a.key }]\n')).toEqual([]);
  });

  it.each([
    ['cert: a.pem, key: b.key', 'key: expected the key of the first certificate in cert'],
    ['cert: a.pem, key: a.pem', 'key: expected a private key in PEM, without a passphrase'],
    ['cert: a.pem, key: locked.key', 'key: expected a private key in PEM, without a passphrase'],
    ['cert: a.key, key: a.key', 'cert: expected certificates alone: this file holds a private key'],
    [
      'cert: text.pem, key: a.key',
      'cert: expected a PEM file with at least one certificate, every one readable',
    ],
    ['cert: no.pem, key: a.key', 'cert: expected a file: there is no such file'],
  ])('refuses { %s } where it stands', (entry, message) => {
    const found = problems(`  certificates:\n    - { ${entry} }\n`);
    expect(found).toEqual([expect.stringContaining(`tls.certificates[0].${message}`)]);
    expect(found[0]).toMatch(/^\/c\.yaml:4:\d+ /);
  });

  it('says nothing of a key in a problem', () => {
    const said = problems('  certificates: [{ cert: a.pem, key: b.key }]\n').join();
    for (const line of b.key.split('\n').slice(1, -2)) expect(said).not.toContain(line);
  });

  it('refuses a certificate that would never be chosen', () => {
    const message = 'expected a DNS name that no certificate above has: this one would never be chosen';
    expect(problems(list('a', 'a'))).toEqual([`/c.yaml:5:15 tls.certificates[1].cert: ${message}`]);
    expect(problems(list('a', 'address'))).toEqual([`/c.yaml:5:15 tls.certificates[1].cert: ${message}`]);
    // The first is for everybody who names nobody.
    expect(problems(list('address', 'a'))).toEqual([]);
  });

  it('refuses authorities that are none, and an empty list', () => {
    expect(problems(`${list('a')}  client_ca: text.pem\n`)).toEqual([
      expect.stringContaining('tls.client_ca'),
    ]);
    expect(problems('  certificates: []\n')).toEqual([
      expect.stringContaining('expected at least one certificate'),
    ]);
  });

  it('refuses authorities whose chain has no end', () => {
    const fault = 'expected whole chains: the issuer of every authority, up to one that signed itself';
    expect(problems(`${list('a')}  client_ca: intermediate.pem\n`)).toEqual([expect.stringContaining(fault)]);
    expect(problems(`${list('a')}  client_ca: both.pem\n`)).toEqual([]);
  });

  it('warns of what has expired, and starts', () => {
    const loaded = load(list('old', 'a'));
    expect(loaded.ok && loaded.value.findings).toMatchObject([
      { rule: 'certificate-expired', path: 'tls.certificates[0].cert', line: 4 },
    ]);
  });

  it('takes at most a hundred certificates', () => {
    const many = (count: number) => list(...Array.from({ length: count }, () => 'b'));
    expect(problems(many(101)).join()).toContain('expected at most 100 certificates');
    expect(problems(many(100)).join()).not.toContain('expected at most');
  });
});
