import { hash } from 'node:crypto';
import { err, ok, type HealthCheck, type Problem, type Result, type Upstream } from '@countersign/core';
import type { RouteConfig } from '../config/model.ts';
import type { TargetConfig, UpstreamConfig } from '../config/upstream-model.ts';

/** Where a route leads, as its requests need it: what may share connections has been told apart before the first. */

/** Bytes of the path of a socket: what an address of it holds (`sun_path` of Linux, with its final zero). */
const MAX_SOCKET_PATH = 107;

/** Absent where the route answers itself. Paths of problems lead from the route. */
export function compileUpstream(route: RouteConfig): Result<Upstream | undefined, readonly Problem[]> {
  const { to } = route;
  if (to === undefined) return ok(undefined);
  const problems = to.targets.flatMap(({ socketPath = '' }, index) =>
    Buffer.byteLength(socketPath) > MAX_SOCKET_PATH ? [tooLong(to, index)] : [],
  );
  if (problems.length > 0) return err(problems);
  const { balancing, tls } = to;
  return ok({
    targets: to.targets.map((target) => ({ ...target, pool: poolOf(target, to) })),
    balancing,
    ...(to.healthCheck && { healthCheck: healthCheckOf(route, to.healthCheck) }),
    ...(tls && { tls }),
  });
}

function tooLong({ targets }: UpstreamConfig, index: number): Problem {
  const message = `expected a path of at most ${MAX_SOCKET_PATH} bytes: no socket has a longer one`;
  return { path: targets.length === 1 ? ['to'] : ['to', index], message };
}

/**
 * Connections are shared only where everything is equal that makes them trustworthy. With another certificate, key or
 * authority, under the same name even, this is another pool: what was verified under the old ones serves nobody.
 */
function poolOf({ scheme, host, port, socketPath }: TargetConfig, { tls }: UpstreamConfig): string {
  const address = socketPath === undefined ? `${scheme}://${host}:${port}` : `unix:${socketPath}`;
  if (tls === undefined) return address;
  const { serverName, ca, skipVerify = false, client } = tls;
  const material = JSON.stringify([serverName, ca, skipVerify, client?.cert, client?.key]);
  return `${address} ${hash('sha256', material, 'base64url')}`;
}

/** Asked under the Host that requests have, where that is one: many services answer for their own name alone. */
function healthCheckOf(
  { from, rewriting, preserveHostHeader }: RouteConfig,
  { path, interval }: NonNullable<UpstreamConfig['healthCheck']>,
): HealthCheck {
  const isPreserved = preserveHostHeader && !from.host.startsWith('*.');
  const host = rewriting.hostRewrite ?? (isPreserved ? new URL(from.text).host : undefined);
  return { path, interval: interval * 1000, ...(host !== undefined && { host }) };
}
