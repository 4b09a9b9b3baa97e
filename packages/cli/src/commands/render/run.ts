import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import { usage } from '../../errors.ts';
import { printNote } from '../../output.ts';
import { configurationFailure } from '../../start-failure.ts';
import { renderCaddy } from './caddy.ts';
import { renderEnvoy } from './envoy.ts';
import { renderHaproxy } from './haproxy.ts';
import { renderHaproxyLua } from './haproxy-lua.ts';
import { renderNginx } from './nginx.ts';
import { planOf, warningsOf, type Plan } from './plan.ts';

/** The proxies that can be configured. A new one is one file, one line here and one test. */
const RENDERERS = {
  nginx: renderNginx,
  caddy: renderCaddy,
  haproxy: renderHaproxy,
  'haproxy-lua': renderHaproxyLua,
  envoy: renderEnvoy,
} as const satisfies Readonly<Record<string, (plan: Plan) => string>>;

export type Proxy = keyof typeof RENDERERS;

export const PROXIES: readonly Proxy[] = Object.keys(RENDERERS) as Proxy[];

export interface RenderOptions {
  readonly proxy: Proxy;
  /** `--config`. */
  readonly config?: string;
  /** `--listen`. */
  readonly listen?: string;
}

/** Prints the configuration of a proxy in front of the routes of a file; starts and writes nothing. */
export const runRender: Run<RenderOptions> = async ({ proxy, config, listen }, deps) => {
  const server = await deps.loadServer();
  const file = server.findConfigFile(config, deps.env);
  const loaded = await server.loadConfigFile({ file, env: deps.env, readFile: server.readTextFile });
  if (!loaded.ok) return err(configurationFailure(loaded.error, server.formatProblem));
  const { conditions, locate } = loaded.value;
  const compiled = server.compileSnapshot(loaded.value.config, { conditions });
  if (!compiled.ok) return err(configurationFailure(compiled.error.map(locate), server.formatProblem));
  const plan = planOf(loaded.value.config, compiled.value.routes, listen);
  if (!plan.ok) return err(usage(`nothing to render: ${plan.error}`));
  deps.stdout.write(RENDERERS[proxy](plan.value));
  for (const warning of warningsOf(loaded.value.config, plan.value)) printNote(deps, `warning  ${warning}`);
  return ok(undefined);
};
