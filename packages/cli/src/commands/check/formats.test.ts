import { describe, expect, it } from 'vitest';
import { junitXml } from './junit.ts';
import type { ConfigProblem } from '../../problem-lines.ts';
import type { CheckReport } from './report.ts';
import { failureOf } from './report.ts';
import { sarifLog } from './sarif.ts';

const HOSTILE = 'a<b>&"\'\u001b[1A\u0000]]>\ud800\r\n\u202e';

const BROKEN: ConfigProblem = {
  file: 'dir one/countersign.yaml',
  line: 3,
  column: 1,
  path: `organizations[0][${JSON.stringify(HOSTILE)}]`,
  message: `unknown key ${HOSTILE}`,
};
const LINTED: ConfigProblem = {
  ...BROKEN,
  line: 9,
  path: 'organizations[0].issuers[0].policies[0]',
  message: 'the policy takes every token',
  rule: 'whole-issuer',
  example: { sub: 'mallory' },
};
const FAILED: ConfigProblem = {
  ...BROKEN,
  line: 20,
  path: 'tests[1]',
  message: 'denied',
  rule: 'policy-test',
};

const config = {
  organizations: [],
  identityProviders: [],
  routes: [],
  tests: [{ name: 'main may' }, { name: HOSTILE }],
} as unknown as NonNullable<CheckReport['config']>;

const report = (more: Partial<CheckReport>): CheckReport => ({
  file: 'dir one/countersign.yaml',
  problems: [],
  findings: [],
  ...more,
});

const format = (problem: ConfigProblem): string => `${problem.line}: ${problem.message}`;

interface Sarif {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
    }[];
  }[];
}

const sarif = (more: Partial<CheckReport>): Sarif =>
  JSON.parse(JSON.stringify(sarifLog(report(more)))) as Sarif;

describe('SARIF of a configuration', () => {
  it('has one run with a tool and no result when nothing was found', () => {
    const log = sarif({});
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'countersign', rules: [] } }, results: [] }],
    });
    expect(log.$schema).toMatch(/sarif-schema-2\.1\.0\.json$/);
  });

  it('puts every problem and warning at its place, under a rule that the tool describes', () => {
    const [run] = sarif({ problems: [BROKEN, FAILED, LINTED], findings: [LINTED] }).runs;
    expect(run?.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['configuration', 'error'],
      ['policy-test', 'error'],
      ['whole-issuer', 'error'],
      ['whole-issuer', 'warning'],
    ]);
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules[result.ruleIndex]).toMatchObject({
        id: result.ruleId,
        shortDescription: { text: expect.stringMatching(/./) },
      });
      expect(result.message.text).not.toBe('');
      const [place] = result.locations;
      expect(place?.physicalLocation.artifactLocation.uri).toBe('dir%20one/countersign.yaml');
      expect(place?.physicalLocation.region.startLine).toBeGreaterThan(0);
      expect(place?.physicalLocation.region.startColumn).toBeGreaterThan(0);
    }
    expect(run?.results[2]).toMatchObject({ properties: { example: { sub: 'mallory' } } });
  });

  it('names an absolute path as a file URL', () => {
    const [run] = sarif({ problems: [{ ...BROKEN, file: '/etc/a b.yaml' }] }).runs;
    expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      'file:///etc/a%20b.yaml',
    );
  });
});

/** Elements must nest, attributes be quoted and text hold no markup: enough XML to notice what was not escaped. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  let rest = xml.replace(/^<\?xml [^?]*\?>\n/, '');
  while (rest !== '') {
    const tag = /^<(\/?)([a-z-]+)((?: [a-z]+="(?:[^<>&"]|&(?:amp|lt|gt|quot|apos);)*")*)(\/?)>/.exec(rest);
    const text = /^(?:[^<>&]|&(?:amp|lt|gt|quot|apos);)+/.exec(rest);
    const [part] = tag ?? text ?? [];
    if (part === undefined) return false;
    rest = rest.slice(part.length);
    if (tag?.[1] === '/') {
      if (open.pop() !== tag[2]) return false;
    } else if (tag && tag[4] === '') open.push(tag[2] ?? '');
  }
  return open.length === 0;
}

describe('JUnit XML of a configuration', () => {
  it('is well-formed whatever names the file holds', () => {
    const xml = junitXml(report({ problems: [BROKEN, LINTED], findings: [LINTED] }), format);
    expect(isWellFormed(xml)).toBe(true);
    expect(isWellFormed(xml.replaceAll('&lt;', '<'))).toBe(false);
    // XML 1.0 section 2.2: these cannot be written at all.
    expect(xml.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\ud800-\udfff\ufffe\uffff]/);
  });

  it('passes when nothing was found', () => {
    const xml = junitXml(report({ config, findings: [LINTED] }), format);
    expect(xml).not.toContain('<failure');
    expect(xml).toContain('<testsuite name="configuration" tests="1" failures="0"');
    expect(xml).toContain('<testsuite name="lint" tests="1" failures="0"');
    expect(xml).toContain('<testsuite name="tests" tests="2" failures="0"');
    expect(xml).toContain('<testcase name="main may" classname="policy-test"/>');
  });

  it('fails the policy test that failed and no other', () => {
    const xml = junitXml(report({ config, problems: [FAILED] }), format);
    expect(isWellFormed(xml)).toBe(true);
    expect(xml).toContain('<testsuite name="configuration" tests="1" failures="0"');
    expect(xml).toContain('<testsuite name="tests" tests="2" failures="1"');
    expect(xml.match(/<failure /g)).toHaveLength(1);
  });

  it('counts every problem of the file as a failure', () =>
    expect(junitXml(report({ problems: [BROKEN, BROKEN] }), format)).toContain(
      '<testsuite name="configuration" tests="2" failures="2"',
    ));
});

describe('how check ends', () => {
  it.each<[string, readonly ConfigProblem[], string | undefined]>([
    ['without a problem', [], undefined],
    ['when the file cannot be used', [BROKEN], 'configuration'],
    ['when lint refuses it', [LINTED], 'check_failed'],
    ['when a policy test fails', [FAILED, LINTED], 'check_failed'],
    ['when both are wrong', [LINTED, BROKEN], 'configuration'],
  ])('%s', (_name, problems, kind) => expect(failureOf(report({ problems }), format)?.kind).toBe(kind));
});
