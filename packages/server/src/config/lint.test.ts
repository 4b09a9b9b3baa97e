import { err, ok, type ConditionCompiler } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { formatProblem, loadConfig, loadConfigFile } from './load.ts';

const HEAD = 'url: http://localhost:8080\n';

/** A file with one issuer of GitHub, and these lines of one policy. */
const github = (...policy: readonly string[]) => `${HEAD}organizations:
  - name: acme
    teams: [ { name: platform } ]
    issuers:
      - name: github
        url: https://token.actions.githubusercontent.com
        policies:
          - decision: allow
            token_type: team
            team: platform
${policy.map((line) => `            ${line}\n`).join('')}`;

const BROAD = github('rules: { sub: "repo:*" }');
const PINNED = [
  'match:',
  '  sub: { equals: "repo:acme/shop:ref:refs/heads/main" }',
  '  repository_id: { equals: "456789" }',
  '  repository_owner_id: { equals: "123456" }',
  '  ref: { equals: refs/heads/main }',
];

const source = (text: string, env: Readonly<Record<string, string>> = {}) => ({
  file: '/c.yaml',
  env,
  readFile: (path: string) => (path === '/c.yaml' ? ok(text) : err('there is no such file')),
});

describe('a policy that lets in whom nobody meant', () => {
  it('is a problem at its place, with a token that would pass', () => {
    const loaded = loadConfig(source(BROAD));
    const [problem] = loaded.ok ? [] : loaded.error;
    expect(problem).toMatchObject({
      path: expect.stringMatching(/^organizations\[0\]\.issuers\[0\]\.policies\[0\]/),
      rule: expect.any(String),
      example: { sub: expect.stringMatching(/^repo:/) },
    });
    expect(problem && formatProblem(problem)).toMatch(
      /^\/c\.yaml:\d+:\d+ .*; this token would pass: \{.*sub.*\}$/,
    );
  });

  it('is reported together with everything else that is wrong', () => {
    const loaded = loadConfig(source(`bananas: 1\n${BROAD}routes: [ { name: r } ]\n`));
    const rules = loaded.ok ? [] : loaded.error.map(({ rule }) => rule !== undefined);
    expect(rules).toContain(true);
    expect(rules).toContain(false);
  });

  it('is taken where the file says that it is meant', () => {
    expect(loadConfig(source(`${BROAD}            allow_broad: true\n`)).ok).toBe(true);
  });

  it('does not repeat a value that was brought in', () => {
    const text = github('rules: { sub: "repo:${OWNER}*" }');
    const loaded = loadConfig(source(text, { OWNER: 'S3cretOwner' }));
    expect(loaded.ok).toBe(false);
    expect(JSON.stringify(loaded)).not.toContain('S3cretOwner');
  });
});

describe('a policy that could be better', () => {
  it('is a finding, and the file loads', () => {
    const loaded = loadConfig(source(github('rules: { sub: "repo:acme/shop:*" }')));
    const findings = loaded.ok ? loaded.value.findings : [];
    expect(findings.length).toBeGreaterThan(0);
    expect(findings[0]).toMatchObject({
      file: '/c.yaml',
      rule: expect.any(String),
      line: expect.any(Number),
    });
    expect(findings.map(({ line }) => line)).toEqual(
      findings.map(({ line }) => line).toSorted((a, b) => a - b),
    );
  });

  it('is none when every claim is pinned', () => {
    const loaded = loadConfig(source(github(...PINNED)));
    expect(loaded.ok && loaded.value.findings).toEqual([]);
  });
});

describe('conditions', () => {
  const conditional = (text: string) => github(...PINNED, `condition: ${text}`);
  const place = '/c.yaml:17:24 organizations[0].issuers[0].policies[0].condition: ';
  const found = (text: string, conditions?: ConditionCompiler) => {
    const loaded = loadConfig(source(text), { conditions });
    return loaded.ok ? [] : loaded.error.map(formatProblem);
  };

  it('are read by the engine that the loader is given', () => {
    expect(found(conditional('x'), () => ok(() => true))).toEqual([]);
    expect(found(conditional('x'), () => err('no such word'))).toEqual([
      expect.stringContaining('no such word'),
    ]);
    expect(found(conditional('x'), () => err('no such word'))[0]).toContain(place);
  });

  it('are a problem without one', () => {
    expect(found(conditional('x'))).toEqual([expect.stringContaining(place)]);
  });

  it('bring their engine with them from a file, and only then', async () => {
    const conditioned = await loadConfigFile(source(conditional('claims.ref_protected == "true"')));
    expect(conditioned).toMatchObject({ ok: true, value: { conditions: expect.any(Function) } });
    const without = await loadConfigFile(source(github(...PINNED)));
    expect(without.ok && without.value.conditions).toBe(undefined);
  });

  it('that cannot be read are told in their place', async () => {
    const loaded = await loadConfigFile(source(`bananas: 1\n${conditional('claim.sub ==')}`));
    const problems = loaded.ok ? [] : loaded.error.map(formatProblem);
    expect(problems).toHaveLength(2);
    expect(problems[1]).toContain('.condition: ');
  });
});

const rulesOf = (line: string) => {
  const loaded = loadConfig(source(`${HEAD}${line}\n`));
  return loaded.ok && loaded.value.findings.map((finding) => [finding.rule, finding.path, finding.line]);
};

describe('trusted proxies', () => {
  it.each(['[0.0.0.0/0]', '[10.0.0.0/8, "::/0"]'])('that are everybody are warned of: %s', (networks) => {
    expect(rulesOf(`trusted_proxies: ${networks}`)).toEqual([['trusted-proxies-open', 'trusted_proxies', 2]]);
  });

  it('that are somebody are not', () => {
    expect(rulesOf('trusted_proxies: [10.0.0.0/8, 127.0.0.1]')).toEqual([]);
  });
});

describe('private networks', () => {
  const rules = (text: string) => rulesOf(`allow_private_issuers: ${text}`);

  it.each(['true', '[10.0.0.0/8, 0.0.0.0/0]', '["::/0"]'])(
    'that are all open by %s are warned of',
    (text) => {
      expect(rules(text)).toEqual([['private-networks-open', 'allow_private_issuers', 2]]);
    },
  );

  it.each(['false', '[10.0.0.0/8, idp.internal]', '[127.0.0.1]'])('are not by %s', (text) => {
    expect(rules(text)).toEqual([]);
  });
});
