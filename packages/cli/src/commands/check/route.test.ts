import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as server from '@countersign/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeDeps } from '../../fake-deps.ts';
import { main } from '../../main.ts';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'check-route-'))));
afterAll(() => rm(directory, { recursive: true }));

const HEAD = `listen: 127.0.0.1:8080
url: http://localhost:8080
storage: 'sqlite::memory:'
organizations: [{ name: acme }]
routes:
`;

const ROUTES = `${HEAD}  - name: orders
    from: http://orders.localhost
    prefix: /api
    to: http://127.0.0.1:9000
    allowed_domains: [acme.example]
    cors_allow_preflight: true
    policy:
      - allow:
          and: [{ team: acme/deploy }, { claim/environment: production }]
      - deny:
          or:
            - http_method: DELETE
            - reject: true
  - name: status
    from: http://status.localhost
    path: /status
    to: http://127.0.0.1:9000
    allow_public_unauthenticated_access: true
  - name: wiki
    from: http://wiki.localhost
    regex: ^/w/[a-z]+$
    to: http://127.0.0.1:9000
    allow_any_authenticated_user: true
  - name: files
    from: http://wiki.localhost
    prefix: /files/
    to: http://127.0.0.1:9000
    policy: { deny: { or: [{ http_method: PUT }] } }
`;

async function check(text: string, flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const path = join(directory, 'countersign.yaml');
  await writeFile(path, text);
  const deps = fakeDeps({ server, env });
  const status = await main(['check', '--config', path, ...flags], deps);
  return { status, out: deps.out().replaceAll(path, 'c.yaml'), errors: deps.errors() };
}

describe('check', () => {
  it('has a line for each route: what it answers for, and who may pass', async () => {
    const { status, out } = await check(ROUTES, []);
    expect(status).toBe(0);
    expect(out.split('\n').slice(1)).toEqual([
      '    orders  http://orders.localhost/api: whom a rule allows and no rule denies',
      '    status  http://status.localhost/status: anybody, signed in or not',
      '    wiki    http://wiki.localhost, paths like ^/w/[a-z]+$: everybody of its organizations',
      '    files   http://wiki.localhost/files/: nobody',
      '',
    ]);
  });

  it('lists fifty routes and counts the rest', async () => {
    const many = (count: number) =>
      HEAD +
      Array.from(
        { length: count },
        (_, at) =>
          `  - { name: r${at}, from: 'http://r.localhost', prefix: /${at}, to: 'http://127.0.0.1:9000', allow_any_authenticated_user: true }\n`,
      ).join('');
    const fifty = await check(many(50), []);
    expect(fifty.out.split('\n')).toHaveLength(52);
    const more = await check(many(52), []);
    expect(more.out.split('\n').slice(50)).toEqual([
      expect.stringContaining('r49'),
      '    … and 2 more routes; --route explains one, -o json all',
      '',
    ]);
  });
});

describe('check --route', () => {
  it('explains the route, each rule with its place', async () => {
    const { status, out } = await check(ROUTES, ['--route', 'orders']);
    expect(status).toBe(0);
    expect(out.split('\n').slice(1)).toEqual([
      '',
      'route          orders, c.yaml:6:11',
      'answers for    http://orders.localhost/api, it and all below it',
      'principals of  acme',
      'may pass       whom a rule allows and no rule denies',
      '',
      'allows, by cors_allow_preflight, c.yaml:11:27 (with no credential too), when',
      '  it is a preflight of a browser',
      '',
      'allows, by allowed_domains, c.yaml:10:22, when',
      '  the domain of their verified email is "acme.example", in capitals or not',
      '',
      'allows, by policy[0].allow.and, c.yaml:14:16, when',
      '  all of these hold:',
      '    the team that the token is for is "acme/deploy"',
      '    claims.environment is "production", alone or in a list',
      '',
      'denies, by policy[1].deny.or, c.yaml:17:13, when',
      '  one of these holds:',
      '    the method is "DELETE"',
      '    nobody, ever',
      '',
      'Every rule that denies beats every rule that allows. Whom no rule allows is refused.',
      '',
    ]);
  });

  it.each([
    ['status', ['http://status.localhost/status, this path alone', 'c.yaml:23:42 (with no credential too)']],
    ['wiki', ['http://wiki.localhost, paths like ^/w/[a-z]+$, as a whole', 'principals of  acme']],
    ['files', ['http://wiki.localhost/files/, all below it', 'may pass       nobody']],
  ])('says which paths %s answers for', async (route, words) => {
    const { out } = await check(ROUTES, ['--route', route]);
    for (const text of words) expect(out).toContain(text);
  });

  it('names no organization where nobody is asked', async () => {
    expect((await check(ROUTES, ['--route', 'status'])).out).not.toContain('principals of');
  });

  it('marks a rule that never holds', async () => {
    const never = HEAD + ruled('{ or: [{ team: acme/a }], and: [{ reject: true }] }');
    expect((await check(never, ['--route', 'r'])).out).toMatch(
      /policy\.allow\.and, c\.yaml:\S+ \(it never holds\), when/,
    );
  });

  it('says the same as JSON, and of the others nothing', async () => {
    const { out } = await check(ROUTES, ['--route', 'files', '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject({ counts: { routes: 4 }, findings: [{ rule: 'nobody-passes' }] });
    expect((JSON.parse(out) as { routes: unknown }).routes).toEqual([
      {
        name: 'files',
        file: 'c.yaml',
        line: 29,
        column: 11,
        from: 'http://wiki.localhost',
        prefix: '/files/',
        organizations: ['acme'],
        passes: 'nobody',
        summary: 'nobody',
        rules: [
          {
            rule: 'policy.deny.or',
            effect: 'deny',
            holds: 'sometimes',
            when: { op: 'or', of: [{ criterion: 'http_method', text: 'the method is "PUT"' }] },
            file: 'c.yaml',
            line: 33,
            column: 27,
          },
        ],
      },
    ]);
  });

  it('shows no value that a variable brought, wherever it stands', async () => {
    const text = HEAD + ruled("{ or: [{ claim/key: '${KEY}' }, { not: [{ claim/key: '${KEY}' }] }] }");
    const env = { KEY: 'a-value-from-outside' };
    for (const flags of [
      ['--route', 'r'],
      ['-o', 'json'],
    ]) {
      const { status, out } = await check(text, flags, env);
      expect(status).toBe(0);
      expect(out).toContain('claims.key');
      expect(out).not.toContain(env.KEY);
    }
  });

  it('ends with 2 for a route that is not there, and suggests the one that was meant', async () => {
    const { status, out, errors } = await check(ROUTES, ['--route', 'ordres']);
    expect([status, out]).toEqual([2, '']);
    expect(errors).toContain('the configuration has no route "ordres" (did you mean "orders"?).');
  });

  it.each(['sarif', 'junit'])('is refused with -o %s, which has no place for it', async (format) => {
    const { status, errors } = await check(ROUTES, ['--route', 'orders', '-o', format]);
    expect(status).toBe(2);
    expect(errors).toContain('--route goes with -o table or json.');
  });

  it('says what is wrong with the configuration before it explains anything', async () => {
    const { status, out, errors } = await check(ROUTES.replace('regex: ^', 'regex: (^'), [
      '--route',
      'orders',
    ]);
    expect([status, out]).toEqual([2, '']);
    expect(errors).toContain('the configuration has 1 problem.');
  });
});

function ruled(allow: string): string {
  return `  - name: r
    from: http://r.localhost
    to: http://127.0.0.1:9000
    policy: { allow: ${allow} }
`;
}
