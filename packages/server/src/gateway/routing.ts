import { claimHeaderKeys, compileRoutes, type RouteTable } from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';

/** What the gateway derives from a snapshot, once for each. */
export interface Routing {
  readonly table: RouteTable;
  /** Keys of the claim headers of all routes. */
  readonly claimHeaders: ReadonlySet<string>;
}

const ROUTINGS = new WeakMap<Snapshot, Routing>();

/** The routing of a snapshot; kept as long as the snapshot itself. */
export function routingOf(snapshot: Snapshot): Routing {
  const known = ROUTINGS.get(snapshot);
  if (known) return known;
  const table = compileRoutes(snapshot.routes);
  // Configuration with unusable routes is refused at load; a snapshot that has some is a fault of ours.
  if (!table.ok) throw new Error('the snapshot holds routes that do not compile');
  const routing = { table: table.value, claimHeaders: claimHeaderKeys(snapshot.routes) };
  ROUTINGS.set(snapshot, routing);
  return routing;
}
