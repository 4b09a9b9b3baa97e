import type { ConfigProblem } from '../../problem-lines.ts';
import { ruleOf, testsOf, type CheckReport } from './report.ts';

/**
 * JUnit XML, as CI systems read it: one suite that says whether the file can be used, one of what lint found, one of
 * the policy tests. A warning of lint is a test that passes and says something.
 */
export function junitXml(report: CheckReport, format: (problem: ConfigProblem) => string): string {
  const tests = testsOf(report);
  const told = report.problems.filter((problem) => !tests.some(({ failure }) => failure === problem));
  const suites = [
    suite('configuration', [
      ...(told.length === 0 ? [testCase(report.file, 'configuration')] : []),
      ...told.map((problem) =>
        testCase(`${report.file} ${problem.path}`, ruleOf(problem), { failure: format(problem) }),
      ),
    ]),
    suite(
      'lint',
      report.findings.map((finding) =>
        testCase(`${report.file} ${finding.path}`, ruleOf(finding), { said: format(finding) }),
      ),
    ),
    suite(
      'tests',
      tests.map(({ name, failure }) =>
        testCase(name, 'policy-test', failure === undefined ? {} : { failure: format(failure) }),
      ),
    ),
  ];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="countersign check">',
    ...suites.flat(),
    '</testsuites>',
  ];
  return lines.join('\n');
}

interface TestCase {
  readonly lines: readonly string[];
  readonly failed: boolean;
}

function suite(name: string, cases: readonly TestCase[]): readonly string[] {
  const failures = cases.filter(({ failed }) => failed).length;
  return [
    `  <testsuite name="${escape(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">`,
    ...cases.flatMap(({ lines }) => lines),
    '  </testsuite>',
  ];
}

function testCase(
  name: string,
  classname: string,
  { failure, said }: { readonly failure?: string; readonly said?: string } = {},
): TestCase {
  const start = `    <testcase name="${escape(name.trim())}" classname="${escape(classname)}"`;
  if (failure !== undefined) {
    const text = escape(failure);
    return {
      lines: [`${start}>`, `      <failure message="${text}">${text}</failure>`, '    </testcase>'],
      failed: true,
    };
  }
  if (said === undefined) return { lines: [`${start}/>`], failed: false };
  return {
    lines: [`${start}>`, `      <system-out>${escape(said)}</system-out>`, '    </testcase>'],
    failed: false,
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Text and attribute values alike. Names come from the file: XML 1.0 section 2.2 has no way at all to write most control
 * characters or half a surrogate pair, so these are replaced, and a line end would be normalised away in an attribute.
 */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
