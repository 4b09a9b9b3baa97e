import type { Claims, HeaderLine, RefusalCode } from '@countersign/core';
import type { Clock } from '../../adapters/ports.ts';
import type { Decisions } from '../../audit/port.ts';
import type { Answer, ServiceRequest } from '../../http/message.ts';
import type { KeyRing, SealingRing } from '../../keys/port.ts';
import type { RouteFilter } from '../../pages/route-filter.ts';
import type { BegunSignIn, Place } from '../../sessions/begin-sign-in.ts';
import type { Sessions } from '../../sessions/model.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import type { TokenRecord } from '../../tokens/model.ts';

/**
 * What a route host answers itself, below `/.pomerium/` and a few well-known paths. None of it ever reaches an upstream,
 * and nothing here may lead a browser, or a value of a person, to where the request alone says.
 */
export interface RouteHostDeps {
  readonly snapshot: () => Snapshot;
  readonly sessions: Pick<Sessions, 'redeem'>;
  readonly decisions: Pick<Decisions, 'newId' | 'unverified'>;
  readonly assertionRing: KeyRing;
  /** Ring `redirect`. */
  readonly redirects: SealingRing;
  readonly beginSignIn: (place: Place) => BegunSignIn | undefined;
  readonly visitors: Visitors;
  readonly refusal: Refusal;
  readonly clock: Clock;
}

/** How the gateway refuses somebody on this host, in the shape that they read. */
export type Refusal = (
  refused: { readonly code: RefusalCode; readonly decisionId: string; readonly host: string },
  headers: readonly HeaderLine[],
) => Answer;

/** Who comes to a host, as the gateway knows them. */
export interface Visitors {
  of(host: string, headers: readonly HeaderLine[]): Visitor | Promise<Visitor>;
  /** What upstreams of the host are told of them. */
  claimsOf(host: string, token: TokenRecord): Claims;
  /** What they can reach, as far as the beginning of each route says. */
  routesOf(token: TokenRecord, remoteAddress: string, filter?: RouteFilter): readonly VisibleRoute[];
}

export type Visitor =
  | { readonly kind: 'somebody'; readonly token: TokenRecord }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

export interface VisibleRoute {
  readonly id: string;
  readonly name: string;
  /** Scheme, host and path; one for many hosts holds `*`. */
  readonly from: string;
  readonly description?: string;
}

/** A request to a route host, on a path of ours. */
export interface RouteHostRequest {
  /** Lower case. */
  readonly host: string;
  /** As the client wrote it. */
  readonly port: number | undefined;
  /** Of `from`, never of the connection. */
  readonly scheme: 'http' | 'https';
  readonly headers: readonly HeaderLine[];
  readonly request: ServiceRequest;
}

export type RouteHostHandler = (deps: RouteHostDeps, asked: RouteHostRequest) => Answer | Promise<Answer>;

/** Epoch seconds. */
export function nowOf({ clock }: Pick<RouteHostDeps, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
