import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { formatProblem, loadConfig } from './load.ts';

const FILE = '/etc/cs/countersign.yaml';

function load(text: string, env: Readonly<Record<string, string>> = {}) {
  return loadConfig({
    file: FILE,
    env,
    readFile: (path) => (path === FILE ? ok(text) : err('there is no such file')),
  });
}

function problems(text: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const loaded = load(text, env);
  return loaded.ok ? [] : loaded.error.map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));
}

const DAY = 86_400;
const URL_LINE = 'url: http://localhost:8080\n';

describe('a good configuration', () => {
  it('fills in every default', () => {
    const loaded = load(URL_LINE);
    expect(loaded.ok && loaded.value.config).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      url: { text: 'http://localhost:8080', scheme: 'http', host: 'localhost', port: 8080 },
      storage: { engine: 'sqlite', path: '/etc/cs/countersign.db' },
      encryptionKeys: [],
      allowPrivateIssuers: false,
      trustedProxies: [],
      corsOrigins: [],
      redirectHosts: ['localhost'],
      clockLeeway: 30,
      organizations: [],
      identityProviders: [],
      routes: [],
      session: { lifetime: 14 * 3600, idle: 0, cookieName: '_countersign' },
      limits: {
        body: 65_536,
        apiBody: 8_388_608,
        headers: 32_768,
        token: 16_384,
        failuresPerSecondPerAddress: 20,
        connections: 20_000,
      },
      retention: {
        refusals: 14 * DAY,
        exchanges: 90 * DAY,
        audit: 400 * DAY,
        expiredTokens: 7 * DAY,
        rows: 20_000_000,
      },
      maxStaleness: 5,
      tests: [],
      refusalError: 'invalid_request',
      log: { level: 'info' },
    });
  });

  it('keeps a database in memory where it is told to', () => {
    const loaded = load(`${URL_LINE}storage: "sqlite::memory:"\n`);
    expect(loaded.ok && loaded.value.config.storage).toEqual({ engine: 'sqlite', memory: true });
  });

  it('keeps of the administrator token its hash alone', () => {
    const token = 'not-a-real-token-0123456789abcdef';
    const loaded = load(`${URL_LINE}admin_token: \${TOKEN}\n`, { TOKEN: token });
    expect(loaded.ok && loaded.value.config.adminTokenHash).toHaveLength(32);
    expect(JSON.stringify(loaded)).not.toContain(token);
  });

  it('places problems that are found later', () => {
    const loaded = load(`${URL_LINE}routes: []\n`);
    const located = loaded.ok && loaded.value.locate({ path: ['routes'], message: 'late' });
    expect(located).toEqual({ file: FILE, line: 2, column: 9, path: 'routes', message: 'late' });
  });
});

describe('a bad configuration', () => {
  it.each([
    ['', '1:1 expected a mapping, got nothing'],
    ['- a\n', '1:1 expected a mapping, got a list'],
    ['listen: 127.0.0.1:80\n', '1:1 url: expected text, got nothing'],
    [`${URL_LINE}listen: 8080\n`, '2:9 listen: expected text, got a number'],
    [`${URL_LINE}organizations:\n`, '2:15 organizations: expected a list, got nothing'],
    [`${URL_LINE}organisations: []\n`, '2:1 organisations: unknown key (did you mean organizations?)'],
    [`${URL_LINE}bananas: []\n`, '2:1 bananas: unknown key'],
    [`${URL_LINE}routes: [ { bananas: 1 } ]\n`, '2:13 routes[0].bananas: unknown key'],
    [`${URL_LINE}session: { idle: 4m }\n`, '2:18 session.idle: expected 0 or a duration from 5m to 30d'],
    [
      `${URL_LINE}programmatic_redirect_domain_whitelist: [ app.example:80 ]\n`,
      '2:43 programmatic_redirect_domain_whitelist[0]: expected a host name or address, without scheme, port, path or wildcard',
    ],
    [
      `${URL_LINE}programmatic_redirect_domain_whitelist: [ "*.example" ]\n`,
      '2:43 programmatic_redirect_domain_whitelist[0]: expected a host name or address, without scheme, port, path or wildcard',
    ],
    [`${URL_LINE}log: { level: trace }\n`, '2:15 log.level: expected one of debug, info, warn, error'],
    [`${URL_LINE}log: { level: [] }\n`, '2:15 log.level: expected one of debug, info, warn, error'],
    [
      `${URL_LINE}allow_private_issuers: "true"\n`,
      '2:24 allow_private_issuers: expected true, false, or a list of hosts and networks',
    ],
    [
      `${URL_LINE}allow_private_issuers: [idp.internal, "a b"]\n`,
      '2:39 allow_private_issuers[1]: expected a host such as idp.internal, an address, or a network such as 10.0.0.0/8',
    ],
    [`${URL_LINE}retention: { audits: 1d }\n`, '2:14 retention.audits: unknown key (did you mean audit?)'],
    [
      `${URL_LINE}retention: { max_rows: 1.5 }\n`,
      '2:24 retention.max_rows: expected a whole number from 1000 to 1000000000',
    ],
    [
      `${URL_LINE}max_staleness: 11m\n`,
      '2:16 max_staleness: expected a duration from 1s to 10m, such as 90s, 15m, 2h, 7d or a number of seconds',
    ],
    [
      `${URL_LINE}tests: [ { name: x, issuer: acme/ci, claims: {}, request: { type: team, scope: admin }, expect: deny } ]\n`,
      '2:80 tests[0].request.scope: expected team:NAME, as token type team takes',
    ],
    [
      `${URL_LINE}admin_token: \${UNSET}\n`,
      '2:14 admin_token: expected the environment variable UNSET, which is not set',
    ],
    [
      `${URL_LINE}storage: postgres://u:p@h/d\n`,
      '2:10 storage: postgres:// is not available in this version',
    ],
    [`${URL_LINE}url: http://localhost:8080\n`, '2:1 url: expected each key once'],
    [
      `${URL_LINE}a: b: c\n`,
      '2:4 a second ":" on one line; text with a ":" before a space or at its end needs quotes',
    ],
    [
      `${URL_LINE}storage: sqlite::memory:\n`,
      '2:10 a second ":" on one line; text with a ":" before a space or at its end needs quotes',
    ],
    [
      `${URL_LINE}log: { level: \${LEVEL} }\n`,
      '2:16 expected the end of the value; text that holds { } [ ] , # needs quotes',
    ],
  ])('is refused: %j', (text, expected) => {
    expect(problems(text)).toContain(expected);
  });

  it('says one thing about a value that could not be read', () => {
    expect(problems(`${URL_LINE}session: { lifetime: "\${UNSET}" }\nlog: "\${UNSET}"\n`)).toHaveLength(2);
  });

  it('reports unknown keys, wrong types, dangling references and bad policies together, in the order of the file', () => {
    const text = `listen: 127.0.0.1:8080
url: http://localhost:8080
session: { idle: 1m }
clock_leeway: 3m
organizations:
  - name: acme
    members:
      - { login: ada }
    teams:
      - { name: platform, members: [ada, bob] }
    issuers:
      - name: github
        url: http://issuer.example
        polices: []
        policies:
          - decision: allow
            token_type: team
            team: platfrom
            match: { sub: { equal: x } }
routes:
  - name: orders
    from: http://localhost
    policy: { allow: { or: [ { domains: a.example } ] } }
    organizations: [other]
`;
    const found = problems(text);
    expect(found.map((line) => /^\S+ \S+?(?=:? )/.exec(line)?.[0])).toEqual([
      '3:18 session.idle',
      '4:15 clock_leeway',
      '10:42 organizations[0].teams[0].members[1]',
      '13:14 organizations[0].issuers[0].url',
      '14:9 organizations[0].issuers[0].polices',
      '18:19 organizations[0].issuers[0].policies[0].team',
      '19:36 organizations[0].issuers[0].policies[0].match.sub.equal',
      '21:5 routes[0].to',
      '22:11 routes[0].from',
      '23:41 routes[0].policy.allow.or[0].domains',
      '24:21 routes[0].organizations[0]',
    ]);
  });

  it('says that the file is not there', () => {
    const loaded = loadConfig({ file: 'x.yaml', env: {}, readFile: () => err('there is no such file') });
    expect(!loaded.ok && loaded.error.map(formatProblem)).toEqual(['x.yaml:1:1 there is no such file']);
  });
});

describe('secrets', () => {
  const secret = 'S3cretS3cretS3cret';

  it.each([
    `admin_token: ${secret}`,
    `admin_token: "\${SECRET}"`,
    `encryption_key: ${secret}`,
    `encryption_key: [${secret}, "\${SECRET}"]`,
    `storage: postgres://user:${secret}@host/db`,
    `storage: ${secret}`,
    `url: http://user:${secret}@host`,
    `url: "http://\${SECRET}/path"`,
    `listen: \${SECRET}`,
    `log: { level: "\${SECRET}" }`,
    `clock_leeway: \${SECRET}`,
    `egress_proxy: https://u:${secret}@proxy`,
    `egress_proxy: "http://u:\${SECRET}@proxy/x"`,
    `allow_private_issuers: [ "\${SECRET}/x" ]`,
    `tests: [ { name: x, issuer: "\${SECRET}/i", claims: {}, request: { type: organization }, expect: deny } ]`,
    `limits: { body: "\${SECRET}" }`,
    `organizations: [ { name: acme, teams: [ { name: t, members: [ "\${SECRET}" ] } ] } ]`,
    `organizations: [ { name: "\${SECRET}" } ]`,
    `identity_providers: [ { name: p, issuer: "https://u:\${SECRET}@h", client_id: a b } ]`,
    `identity_providers: [ { name: p, issuer: https://h, client_id: c, client_secret: [ "\${SECRET}" ], scopes: [ "\${SECRET} x" ] } ]`,
    `identity_providers: [ { name: p, issuer: https://h, client_id: c, client_secret: "${secret}\\n" } ]`,
    `routes: [ { name: r, from: "http://\${SECRET}/x", to: "http://u:\${SECRET}@h", policy: { allow: { or: [ { domain: { is: [ "\${SECRET}" ] } } ] } } } ]`,
    `routes: [ { name: r, redirect: { scheme_redirect: "\${SECRET}" }, response: { status: "\${SECRET}" } } ]`,
    `routes: [ { name: r, path_exceptions: [ "\${SECRET}" ], assertion: "\${SECRET}", idle_timeout: "\${SECRET}" } ]`,
    `routes: [ { name: r, prefix: "\${SECRET}", jwt_claims_headers: { Host: "\${SECRET}" } } ]`,
    `admin_token: "${secret}\\q"`,
    `admin_token: *${secret}`,
    `admin_token: &${secret} *${secret}`,
    `admin_token: !${secret} x`,
    `admin_token: a: ${secret}`,
    `admin_token: {${secret}`,
    `admin_token: |x${secret}`,
    `%${secret}`,
  ])('are in no message about %s', (line) => {
    const found = problems(`${URL_LINE}${line}\n`, { SECRET: secret });
    expect(found).not.toEqual([]);
    expect(found.join('\n')).not.toContain(secret);
  });
});
