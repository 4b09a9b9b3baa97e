import { describe, expect, it } from 'vitest';
import { configOf } from '../snapshot/testing/from-file.ts';
import { issuerFault, takenBy, urlFault } from './issuer-rules.ts';

const FILE = configOf({});
const LAPTOP = configOf({ allow_private_issuers: ['127.0.0.1'] });

describe('the URL of an issuer', () => {
  it.each(['https://ci.example', 'https://ci.example/tenant/', 'https://ci.example:8443'])(
    'may be %s',
    (url) => {
      expect(urlFault(url, FILE)).toBeUndefined();
    },
  );

  it.each(['', 'ci.example', 'ftp://ci.example', 'https://u:p@ci.example', 'https://ci.example/#x'])(
    'is not %j',
    (url) => {
      expect(urlFault(url, FILE)).toMatch(/^url: /);
    },
  );

  it('is not our own', () => {
    expect(urlFault('https://cs.example', FILE)).toContain('our own');
    expect(urlFault('https://cs.example/tenant', FILE)).toContain('our own');
  });

  it('is in the clear on loopback alone, where the file opens it', () => {
    expect(urlFault('http://127.0.0.1:8080', LAPTOP)).toBeUndefined();
    expect(urlFault('http://127.0.0.1:8080', FILE)).toContain('https');
    expect(urlFault('http://ci.example', LAPTOP)).toContain('https');
  });
});

describe('an issuer', () => {
  const issuer = (id: string, name: string, url: string) => ({ id, name, url });
  const known = [issuer('iss_1', 'one', 'https://one.example')];

  it('is there once', () => {
    expect(takenBy(known, issuer('iss_2', 'two', 'https://one.example/'))).toContain('url');
    expect(takenBy(known, issuer('iss_2', 'one', 'https://two.example'))).toContain('name');
    expect(takenBy(known, issuer('iss_2', 'two', 'https://two.example'))).toBeUndefined();
  });

  it('does not stand in its own way', () => {
    expect(takenBy(known, issuer('iss_1', 'one', 'https://one.example'))).toBeUndefined();
  });

  it('has its keys by hand or a certificate to check, not both', () => {
    const document = {
      name: 'one',
      url: 'https://one.example',
      issuer: 'https://one.example',
      disabled: false,
      replay: 'allow',
      maxExpiration: 60,
      thumbprints: ['a'.repeat(64)],
      jwks: JSON.stringify({
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            alg: 'EdDSA',
            x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          },
        ],
      }),
    } as const;
    expect(issuerFault(document)).toContain('excludes thumbprints');
    expect(issuerFault({ ...document, thumbprints: [] })).toBeUndefined();
    expect(issuerFault({ ...document, thumbprints: [], preset: 'github-action' })).toContain(
      'github-actions',
    );
  });
});
