import type { Claims } from '@countersign/core';

/**
 * The demo identity provider: one process that plays several issuers, each under a path of its own, and mints what it
 * is asked to mint. It exists to be lied with. It must never listen anywhere but on loopback, never keep a key, and
 * never be reachable from the server's own configuration: only the demo starts it.
 */

/** What an issuer knows when it mints. */
export interface MintContext {
  /** Epoch seconds. */
  readonly now: number;
  /** Unique for each token: run numbers, pod names and the like derive from it. */
  readonly serial: number;
}

/** The claims of one kind of caller, less `iss`, `aud`, `iat`, `nbf`, `exp` and `jti`, which every token gets. */
export type ClaimsMaker = (context: MintContext) => Claims;

/** An issuer, as data: adding one is a file and a line in `issuers.ts`. */
export interface DemoIssuer {
  /** Path segment: the issuer's URL is `http://127.0.0.1:PORT/NAME`. */
  readonly name: string;
  readonly algorithm: 'RS256' | 'ES256';
  /** What `aud` holds when nothing else is asked for; Kubernetes always sends an array. */
  readonly audience: string | readonly string[];
  /** Seconds that its tokens live. */
  readonly lifetime: number;
  /** People sign in at it, in a browser. */
  readonly signsIn?: true;
  /** The callers it can play, by name; the first is the default. */
  readonly variants: Readonly<Record<string, ClaimsMaker>>;
}
