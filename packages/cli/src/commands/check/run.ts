import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps, ServerPackage } from '../../deps.ts';
import { printData, printJson, printNote } from '../../output.ts';
import { problemLines } from '../../problem-lines.ts';
import { junitXml } from './junit.ts';
import { countsOf, failureOf, testsOf, type CheckReport } from './report.ts';
import { sarifLog } from './sarif.ts';
import { reportText } from './text.ts';

export const CHECK_FORMATS = ['table', 'json', 'sarif', 'junit'] as const;

export interface CheckOptions {
  /** `--config`. */
  readonly config?: string;
  readonly format: (typeof CHECK_FORMATS)[number];
}

/** The same two steps that `serve` begins with, and nothing that it does after them. */
export const runCheck: Run<CheckOptions> = async (options, deps) => {
  const server = await deps.loadServer();
  const report = await checkFile(server.findConfigFile(options.config, deps.env), server, deps);
  print(report, options.format, server, deps);
  const failure = failureOf(report, server.formatProblem);
  return failure === undefined ? ok(undefined) : err(failure);
};

async function checkFile(file: string, server: ServerPackage, deps: Deps): Promise<CheckReport> {
  const loaded = await server.loadConfigFile({ file, env: deps.env, readFile: server.readTextFile });
  if (!loaded.ok) return { file, problems: loaded.error, findings: [] };
  const { config, conditions, findings, locate } = loaded.value;
  const compiled = server.compileSnapshot(config, { conditions });
  return { file, config, findings, problems: compiled.ok ? [] : compiled.error.map(locate) };
}

function print(
  report: CheckReport,
  format: CheckOptions['format'],
  { formatProblem }: ServerPackage,
  deps: Deps,
): void {
  switch (format) {
    case 'sarif':
      return printJson(deps, sarifLog(report));
    case 'junit':
      return printData(deps, junitXml(report, formatProblem));
    case 'json':
      return printJson(deps, asJson(report));
    case 'table':
      if (report.problems.length === 0) for (const line of reportText(report)) printData(deps, line);
      for (const finding of report.findings) {
        const [line = '', ...below] = problemLines(finding, formatProblem);
        for (const text of [`warning  ${line}`, ...below]) printNote(deps, text);
      }
  }
}

function asJson(report: CheckReport): unknown {
  const { file, config, problems, findings } = report;
  const tests = testsOf(report);
  const failed = tests.filter(({ failure }) => failure !== undefined).length;
  return {
    ok: problems.length === 0,
    config: file,
    ...(config === undefined ? {} : { counts: countsOf(config) }),
    problems,
    findings,
    tests: { passed: tests.length - failed, failed },
  };
}
