import type { Deps, ServerPackage } from './deps.ts';
import type { CliFailure } from './errors.ts';
import { problemLines, type ConfigProblem } from './problem-lines.ts';

type Started = Awaited<ReturnType<ServerPackage['startServer']>>;

/** Why a server did not start. */
export type StartFailure = Extract<Started, { readonly ok: false }>['error'];

/**
 * All of these are for whoever runs the server to mend (a broken file, a database in use, a key that does not fit, a
 * port that is taken): exit code 2, nothing was started.
 */
export async function startFailure(failure: StartFailure, deps: Deps): Promise<CliFailure> {
  if (failure.kind !== 'configuration') return { kind: 'configuration', message: failure.message };
  const { formatProblem } = await deps.loadServer();
  return configurationFailure(failure.problems, formatProblem);
}

/** All problems of a configuration together, each with file, line, column and path. */
export function configurationFailure(
  problems: readonly ConfigProblem[],
  format: ServerPackage['formatProblem'],
): CliFailure {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const details = problems.flatMap((problem) => problemLines(problem, format));
  return { kind: 'configuration', message: `the configuration has ${count}.`, details };
}
