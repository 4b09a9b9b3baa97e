import { countsIn, type Route } from '@countersign/core';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { pageOf } from './directory.ts';
import type { ApiCall } from './operation.ts';

/** GET /api/routes: all of them for the site administrator; for others those of the organizations that they count in. */
export function getRoutes({ snapshot }: { readonly snapshot: () => Snapshot }, call: ApiCall): Answer {
  const { principal } = call.caller;
  const known = snapshot().routes.filter(
    ({ organizations }) => call.role === 'S' || organizations.some((name) => countsIn(principal, name)),
  );
  const page = pageOf(call, new Map(known.map((route) => [route.name, route])), []);
  if (!page.ok) return page.error;
  const { items, continuation } = page.value;
  return jsonAnswer(200, { routes: items.map(viewOf), ...continuation });
}

function viewOf({ id, name, resource, description, organizations, access }: Route) {
  // Of a regex the resource is followed by it: an address has no space.
  const [from = ''] = resource.split(' ');
  return { id, name, from, ...(description !== undefined && { description }), organizations, access };
}
