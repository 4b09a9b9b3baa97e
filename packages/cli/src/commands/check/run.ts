import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps, ServerPackage } from '../../deps.ts';
import type { Outcome } from '../../errors.ts';
import { printData, printJson } from '../../output.ts';
import { configurationFailure } from '../../start-failure.ts';

export interface CheckOptions {
  /** `--config`. */
  readonly config?: string;
  readonly format: 'table' | 'json';
}

type Problems = Extract<ReturnType<ServerPackage['loadConfig']>, { readonly ok: false }>['error'];
type Config = Extract<ReturnType<ServerPackage['loadConfig']>, { readonly ok: true }>['value']['config'];

/** The same two steps that `serve` begins with, and nothing that it does after them. */
export const runCheck: Run<CheckOptions> = async (options, deps) => {
  const server = await deps.loadServer();
  const file = server.findConfigFile(options.config, deps.env);
  const loaded = server.loadConfig({ file, env: deps.env, readFile: server.readTextFile });
  if (!loaded.ok) return rejected(file, loaded.error, options, server, deps);
  const compiled = server.compileSnapshot(loaded.value.config);
  if (!compiled.ok) return rejected(file, compiled.error.map(loaded.value.locate), options, server, deps);
  const counts = countsOf(loaded.value.config);
  if (options.format === 'json') printJson(deps, { ok: true, config: file, counts, problems: [] });
  else printData(deps, `ok  ${file}: ${countsInWords(counts)}`);
  return ok(undefined);
};

function rejected(
  file: string,
  problems: Problems,
  { format }: CheckOptions,
  server: ServerPackage,
  deps: Deps,
): Outcome {
  if (format === 'json') printJson(deps, { ok: false, config: file, problems });
  return err(configurationFailure(problems.map(server.formatProblem)));
}

/** How many of what a configuration holds: a person sees at once whether the right file was read. */
type Counts = Readonly<
  Record<'organizations' | 'issuers' | 'policies' | 'identity_providers' | 'routes', number>
>;

function countsOf(config: Config): Counts {
  const issuers = config.organizations.flatMap((organization) => organization.issuers);
  return {
    organizations: config.organizations.length,
    issuers: issuers.length,
    policies: issuers.flatMap((issuer) => issuer.policies).length,
    identity_providers: config.identityProviders.length,
    routes: config.routes.length,
  };
}

function countsInWords(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${count === 1 ? singular(name) : name.replace('_', ' ')}`)
    .join(', ');
}

function singular(name: string): string {
  return name.replace('_', ' ').replace(/ies$/, 'y').replace(/s$/, '');
}
