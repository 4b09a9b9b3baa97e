import type { RequestFact } from '@countersign/core';

/**
 * The facts of a request that the gateway supplies (`factsOf` in `gateway/decide.ts`). A criterion that needs another
 * is refused at load, by name: it could only deny everybody, or let nobody in, without saying why. A fact is added here
 * in the change that supplies it, and nowhere else. Certificates are missing: nobody is asked for one yet, so nobody has
 * one, and a policy that wants one would let nobody pass.
 */
export const GATEWAY_FACTS: ReadonlySet<RequestFact> = new Set([
  'method',
  'host',
  'path',
  'source_ip',
  'time',
  'cors_preflight',
  'token',
]);
