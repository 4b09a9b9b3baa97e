import { err, ok, suggestion, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps, ServerPackage } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { printData, printJson, printNote } from '../../output.ts';
import { brief } from '../../printable.ts';
import { problemLines } from '../../problem-lines.ts';
import { junitXml } from './junit.ts';
import { countsOf, failureOf, testsOf, type CheckReport } from './report.ts';
import { sarifLog } from './sarif.ts';
import { explainedRoute, routeLines } from './route-text.ts';
import { reportText } from './text.ts';

export const CHECK_FORMATS = ['table', 'json', 'sarif', 'junit'] as const;

export interface CheckOptions {
  /** `--config`. */
  readonly config?: string;
  readonly format: (typeof CHECK_FORMATS)[number];
  /** `--route`: the one that is explained. */
  readonly route?: string;
}

/** The same two steps that `serve` begins with, and nothing that it does after them. */
export const runCheck: Run<CheckOptions> = async ({ config, format, route }, deps) => {
  const server = await deps.loadServer();
  const report = await checkFile(server.findConfigFile(config, deps.env), server, deps);
  const failure = failureOf(report, server.formatProblem);
  const asked = failure === undefined && route !== undefined ? findRoute(report, route) : ok(report);
  if (!asked.ok) return asked;
  print(asked.value, { format, ...(route === undefined ? {} : { route }) }, server, deps);
  return failure === undefined ? ok(undefined) : err(failure);
};

async function checkFile(file: string, server: ServerPackage, deps: Deps): Promise<CheckReport> {
  const loaded = await server.loadConfigFile({ file, env: deps.env, readFile: server.readTextFile });
  if (!loaded.ok) return { file, problems: loaded.error, findings: [] };
  const { config, conditions, findings, locate } = loaded.value;
  const compiled = server.compileSnapshot(config, { conditions });
  if (!compiled.ok) return { file, config, findings, problems: compiled.error.map(locate) };
  const routes = server.describeRoutes(loaded.value, compiled.value.routes);
  return { file, config, findings, problems: [], routes };
}

/** The report with this route alone. */
function findRoute(report: CheckReport, name: string): Result<CheckReport, CliFailure> {
  const { routes = [] } = report;
  const found = routes.filter((route) => route.name === name);
  if (found.length > 0) return ok({ ...report, routes: found });
  const names = routes.map((route) => route.name);
  const shown = brief(JSON.stringify(name), MOST_SHOWN);
  return err(usage(`the configuration has no route ${shown}${suggestion(name, names)}.`));
}

const MOST_SHOWN = 100;

function print(
  report: CheckReport,
  { format, route }: Pick<CheckOptions, 'format' | 'route'>,
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
      if (report.problems.length === 0) for (const line of tableOf(report, route)) printData(deps, line);
      for (const finding of report.findings) {
        const [line = '', ...below] = problemLines(finding, formatProblem);
        for (const text of [`warning  ${line}`, ...below]) printNote(deps, text);
      }
  }
}

function tableOf(report: CheckReport, route: string | undefined): readonly string[] {
  const { routes = [] } = report;
  const below = route === undefined ? routeLines(routes) : routes.flatMap(explainedRoute);
  return [...reportText(report), ...below];
}

function asJson(report: CheckReport): unknown {
  const { file, config, problems, findings, routes } = report;
  const tests = testsOf(report);
  const failed = tests.filter(({ failure }) => failure !== undefined).length;
  return {
    ok: problems.length === 0,
    config: file,
    ...(config === undefined ? {} : { counts: countsOf(config) }),
    problems,
    findings,
    tests: { passed: tests.length - failed, failed },
    ...(routes === undefined ? {} : { routes }),
  };
}
