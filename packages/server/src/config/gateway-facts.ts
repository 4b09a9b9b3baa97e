import type { RequestFact } from '@countersign/core';

/**
 * The facts of a request that the gateway supplies (`factsOf` in `gateway/facts.ts`). A criterion that needs another is
 * refused at load, by name: it could only deny everybody, or let nobody in, without saying why. A fact is added here in
 * the change that supplies it, and nowhere else. Certificates are known only where `tls.client_ca` asks for them;
 * `references.ts` refuses who speaks of them elsewhere.
 */
export const GATEWAY_FACTS: ReadonlySet<RequestFact> = new Set([
  'method',
  'host',
  'path',
  'source_ip',
  'time',
  'cors_preflight',
  'client_certificate',
  'token',
]);
