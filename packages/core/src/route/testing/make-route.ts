import { compilePolicy } from '../../policy/compile.ts';
import type { Route } from '../model.ts';

/** A route of `a.example` that takes every path and lets nobody in; tests say what is different about theirs. */
export function makeRoute(name: string, changes: Partial<Route> = {}): Route {
  const policy = compilePolicy([]);
  if (!policy.ok) throw new Error('the empty policy compiles');
  return {
    id: `rte_${name}`,
    name,
    scheme: 'https',
    host: 'a.example',
    prefix: '/',
    resource: 'https://a.example',
    access: 'policy',
    policy: policy.value,
    policySet: 'ps_1',
    organizations: ['acme'],
    passIdentityHeaders: false,
    claimHeaders: [],
    allowWebsockets: false,
    preserveHostHeader: false,
    timeout: 30_000,
    ...changes,
  };
}
