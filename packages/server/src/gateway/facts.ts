import {
  NO_TOKEN,
  principalFacts,
  type Claims,
  type Facts,
  type Principal,
  type RequestFacts,
  type TokenPrefix,
} from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';
import type { GatewayRequest } from './model.ts';
import { isPreflight } from './preflight.ts';

/**
 * What policies see of a request: every fact of `GATEWAY_FACTS`, each from one place. A fact must never come from what
 * the caller says of itself where we can see it.
 */
export interface FactsInput {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly request: GatewayRequest;
  readonly snapshot: Snapshot;
  /** Canonical, or as the route opens it: the path that is decided on. */
  readonly path: string;
}

export function factsOf(asked: FactsInput, token: TokenRecord | undefined): Facts {
  const { head, host } = asked.request;
  const request = {
    method: head.method,
    host,
    path: asked.path,
    source_ip: head.remoteAddress,
    time: asked.time,
    cors_preflight: isPreflight(head),
    // Of the connection, never of a header; absent where nobody is asked for one, and nothing can be said.
    ...(head.certificate && { client_certificate: { ...head.certificate } }),
    token: token === undefined ? { ...NO_TOKEN } : tokenFacts(asked.snapshot, token),
  } satisfies Partial<RequestFacts>;
  if (!token) return { claims: {}, request };
  return { claims: token.claims, principal: principalFactsOf(token), request };
}

const TYPES = {
  cso: 'organization',
  cst: 'team',
  csp: 'personal',
  csr: 'runner',
  css: 'session',
  csv: 'service',
} as const satisfies Readonly<Record<TokenPrefix, string>>;

function tokenFacts({ organizations }: Snapshot, { organization = '', issuer: id, prefix }: TokenRecord) {
  const issuer = organizations.get(organization)?.issuersById.get(id);
  return {
    type: TYPES[prefix],
    // Of a session, and of what the API made, no issuer's token was exchanged.
    issuer: issuer === undefined ? null : `${organization}/${issuer.name}`,
    // Exchanges with an actor are refused: nobody acts for anybody.
    actor: null,
  };
}

/** By principal, not by token: the table makes a record a look-up, and all of them share the principal it keeps. */
const PRINCIPAL_FACTS = new WeakMap<Principal, Claims>();

function principalFactsOf({ principal }: TokenRecord): Claims {
  const known = PRINCIPAL_FACTS.get(principal);
  if (known) return known;
  const facts = principalFacts(principal);
  PRINCIPAL_FACTS.set(principal, facts);
  return facts;
}
