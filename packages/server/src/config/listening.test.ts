import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { loadConfig } from './load.ts';
import { formatProblem } from './problem.ts';

const { cert, key } = makeCertificate({ names: ['a.example'] });
const files: Readonly<Record<string, string>> = { '/a.pem': cert, '/a.key': key };

function problems(text: string): readonly string[] {
  const loaded = loadConfig({
    file: '/c.yaml',
    env: {},
    readFile: (path) => ok(files[path] ?? `url: http://localhost:8080\n${text}`),
  });
  return loaded.ok ? [] : loaded.error.map(formatProblem);
}

const route = (policy: string): string => `organizations: [{ name: acme }]
routes:
  - name: a
    from: http://a.localhost
    to: http://127.0.0.1:9
    organizations: [acme]
    policy: ${policy}
`;
const byCertificate = route('[{ allow: { and: [{ client_certificate: { san_dns: ci.example } }] } }]');

describe('a policy that speaks of certificates', () => {
  it('is refused, where it does, in a file that asks nobody for one', () => {
    expect(problems(byCertificate)).toEqual([
      '/c.yaml:8:53 routes[0].policy[0].allow.and[0].client_certificate: expected tls.client_ca in the file: without it clients are not asked for a certificate',
    ]);
    expect(problems(`${byCertificate}tls: { certificates: [{ cert: a.pem, key: a.key }] }\n`)).toHaveLength(
      1,
    );
  });

  it('is taken in a file that has authorities', () => {
    const tls = 'tls: { certificates: [{ cert: a.pem, key: a.key }], client_ca: a.pem }\n';
    expect(problems(byCertificate + tls)).toEqual([]);
  });
});

describe('api_listen', () => {
  it('is another address than listen', () => {
    const two = (one: string, other: string) => problems(`listen: ${one}\napi_listen: ${other}\n`);
    expect(two('127.0.0.1:8080', '127.0.0.1:8080')).toEqual([
      '/c.yaml:3:13 api_listen: expected another address than that of listen',
    ]);
    expect(two('127.0.0.1:8080', '127.0.0.1:8081')).toEqual([]);
    expect(two('127.0.0.1:0', '127.0.0.1:0')).toEqual([]);
  });
});

describe('metrics.listen', () => {
  const with3 = (listen: string, api: string, metrics: string) =>
    problems(`listen: ${listen}\napi_listen: ${api}\nmetrics: { listen: ${metrics} }\n`);

  it('is another address than listen and api_listen: what it shows is for nobody who comes there', () => {
    const [listen, api, metrics] = ['127.0.0.1:8080', '127.0.0.1:8081', '127.0.0.1:8082'];
    expect(with3(listen, api, listen)).toEqual([
      '/c.yaml:4:20 metrics.listen: expected another address than that of listen',
    ]);
    expect(with3(listen, api, api)).toEqual([
      '/c.yaml:4:20 metrics.listen: expected another address than that of api_listen',
    ]);
    expect(with3(listen, api, metrics)).toEqual([]);
  });

  it('has to be said', () => {
    expect(problems('metrics: {}\n')).toHaveLength(1);
    expect(problems('metrics: { listen: 127.0.0.1:9464, path: / }\n')).toHaveLength(1);
  });
});
