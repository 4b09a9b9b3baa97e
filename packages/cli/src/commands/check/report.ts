import type { ServerPackage } from '../../deps.ts';
import type { CliFailure } from '../../errors.ts';
import { problemLines, type ConfigProblem } from '../../problem-lines.ts';

/** What `check` has found, before it is known how to print it. */

type Loaded = Awaited<ReturnType<ServerPackage['loadConfigFile']>>;

export type LoadedConfig = Extract<Loaded, { readonly ok: true }>['value'];

export type DescribedRoute = ReturnType<ServerPackage['describeRoutes']>[number];

export interface CheckReport {
  /** As it was asked for. */
  readonly file: string;
  /** What keeps `serve` from starting: of the configuration, of lint, of the policy tests. */
  readonly problems: readonly ConfigProblem[];
  /** What lint warns of. */
  readonly findings: readonly ConfigProblem[];
  /** Absent when the file could not be read to its end. */
  readonly config?: LoadedConfig['config'];
  /** Absent when `serve` would not start. */
  readonly routes?: readonly DescribedRoute[];
}

/** A problem of the file itself, and not of what a check thinks of it. */
export const CONFIGURATION = 'configuration';

export function ruleOf({ rule }: ConfigProblem): string {
  return rule ?? CONFIGURATION;
}

/**
 * The file cannot be used (2), or it could and what it says is refused by a check (7): a pipeline may want to treat the
 * two differently. `undefined` when `serve` would start.
 */
export function failureOf(
  { problems }: CheckReport,
  format: (problem: ConfigProblem) => string,
): CliFailure | undefined {
  if (problems.length === 0) return undefined;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const details = problems.flatMap((problem) => problemLines(problem, format));
  return problems.some((problem) => ruleOf(problem) === CONFIGURATION)
    ? { kind: 'configuration', message: `the configuration has ${count}.`, details }
    : { kind: 'check_failed', message: `checks of the configuration found ${count}.`, details };
}

/** How many of what a configuration holds: a person sees at once whether the right file was read. */
export type Counts = Readonly<
  Record<'organizations' | 'issuers' | 'policies' | 'identity_providers' | 'routes', number>
>;

export function countsOf(config: LoadedConfig['config']): Counts {
  const issuers = config.organizations.flatMap((organization) => organization.issuers);
  return {
    organizations: config.organizations.length,
    issuers: issuers.length,
    policies: issuers.flatMap((issuer) => issuer.policies).length,
    identity_providers: config.identityProviders.length,
    routes: config.routes.length,
  };
}

/** A policy test and why it failed. They run only when the rest of the file is good. */
export interface TestOutcome {
  readonly name: string;
  readonly failure?: ConfigProblem;
}

export function testsOf({ config, problems }: CheckReport): readonly TestOutcome[] {
  const haveRun = config !== undefined && problems.every((problem) => problem.rule === 'policy-test');
  if (!haveRun) return [];
  return config.tests.map(({ name }, index) => {
    const at = `tests[${index}]`;
    const failure = problems.find(({ path }) => path === at || path.startsWith(`${at}.`));
    return failure === undefined ? { name } : { name, failure };
  });
}
