import type { Route } from '@countersign/core';
import type { Snapshot } from './model.ts';

/** Routes by id and by host, made once for each configuration: a page must not pay for the length of the file. */
interface RouteIndex {
  readonly byId: ReadonlyMap<string, Route>;
  readonly byHost: ReadonlyMap<string, readonly Route[]>;
}

const INDEXES = new WeakMap<readonly Route[], RouteIndex>();

function indexOf({ routes }: Pick<Snapshot, 'routes'>): RouteIndex {
  const known = INDEXES.get(routes);
  if (known) return known;
  const index = {
    byId: new Map(routes.map((route) => [route.id, route])),
    byHost: Map.groupBy(routes, ({ host }) => host),
  };
  INDEXES.set(routes, index);
  return index;
}

export function routeById(snapshot: Pick<Snapshot, 'routes'>, id: string): Route | undefined {
  return indexOf(snapshot).byId.get(id);
}

/** Those of exactly this host, else those of the wildcard that takes it: `*.b.example` every host of one more label. */
export function routesOfHost(snapshot: Pick<Snapshot, 'routes'>, host: string): readonly Route[] {
  const { byHost } = indexOf(snapshot);
  const dot = host.indexOf('.');
  return byHost.get(host) ?? (dot === -1 ? undefined : byHost.get(`*${host.slice(dot)}`)) ?? [];
}
