import type { ConfigProblem } from '../../problem-lines.ts';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LINT_RULES } from '@countersign/core';
import { readVersion } from '../../version.ts';
import { CONFIGURATION, ruleOf, type CheckReport } from './report.ts';

/** SARIF 2.1.0 (OASIS): what code hosts show beside the line. Problems are errors, what lint warns of are warnings. */
export function sarifLog(report: CheckReport): unknown {
  const results = [
    ...report.problems.map((problem) => ({ problem, level: 'error' })),
    ...report.findings.map((problem) => ({ problem, level: 'warning' })),
  ];
  const rules = [...new Set(results.map(({ problem }) => ruleOf(problem)))];
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'countersign', version: readVersion(), rules: rules.map(describeRule) } },
        // Section 3.14.17: the YAML parser counts UTF-16 code units, as this language does.
        columnKind: 'utf16CodeUnits',
        results: results.map(({ problem, level }) => ({
          ruleId: ruleOf(problem),
          ruleIndex: rules.indexOf(ruleOf(problem)),
          level,
          message: { text: messageOf(problem) },
          locations: [{ physicalLocation: physicalLocation(problem) }],
          ...(problem.example === undefined ? {} : { properties: { example: problem.example } }),
        })),
      },
    ],
  };
}

const OWN_RULES: Readonly<Record<string, { readonly cause: string; readonly fix: string }>> = {
  [CONFIGURATION]: {
    cause: 'The configuration cannot be used.',
    fix: 'Correct the value; the message says what was expected.',
  },
  'policy-test': {
    cause: 'A policy test of the configuration fails.',
    fix: 'Correct the policy, or what the test expects.',
  },
  ...LINT_RULES,
};

function describeRule(id: string): unknown {
  const { cause = id, fix = '' } = OWN_RULES[id] ?? {};
  return { id, shortDescription: { text: cause }, help: { text: fix } };
}

function messageOf({ path, message }: ConfigProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

function physicalLocation({ file, line, column }: ConfigProblem): unknown {
  return { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } };
}

/** Section 3.4.3: a URI reference; a relative path stays relative, so that the host finds it in the repository. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
