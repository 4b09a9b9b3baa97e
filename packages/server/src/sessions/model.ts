import type { Claims, Result } from '@countersign/core';
import type { Origin } from '../audit/origin.ts';
import type { IdentifiedRefusal } from '../exchange/model.ts';
import type { IdentityProvider } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * Sessions of people in browsers: one sign-in, one session, held by the service host; each route host has a token of it
 * that opens that host alone. It must never hand a session to a browser that did not ask for it, nor outlive what the
 * identity provider says.
 */

/** What a sign-in at an identity provider has given. */
export interface SignedInPerson {
  readonly provider: IdentityProvider;
  /** Verified: those of the id_token, and of UserInfo what it lacks. */
  readonly claims: Claims;
  readonly idToken: string;
  readonly refreshToken?: string;
  /** Epoch seconds at which what the provider gave ends. */
  readonly refreshBy?: number;
}

/** Where a session is used from, for its holder to recognise. */
export interface Device extends Origin {
  /** As it came, cut at {@link MAX_USER_AGENT}. */
  readonly userAgent: string;
}

export const MAX_USER_AGENT = 256;

/** A session that is durable. The value is for the cookie of the service host and exists nowhere else. */
export interface OpenedSession {
  /** `tok_…` of the token that the service host's cookie holds: what lists and logs call the session. */
  readonly id: string;
  readonly value: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly decisionId: string;
}

export interface LiveSession {
  readonly id: string;
  /** Of the service host: it opens no route and no API. */
  readonly token: TokenRecord;
}

/** `unavailable`: storage cannot say; nobody is sent to sign in again for that. */
export type FoundSession = LiveSession | 'none' | 'unavailable';

/** Where a session is carried over to, and on behalf of which browser. */
export interface HandOver {
  /** Of the route, lower case, without port. */
  readonly host: string;
  /** SHA-256, base64url, of the nonce that the route host gave this browser before it sent it here. */
  readonly nonceHash: string;
  /** Absolute URL on that host. */
  readonly returnTo: string;
}

export interface HandedOver {
  /** For the cookie of the route host. */
  readonly value: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly returnTo: string;
  /** The one of the browser's that fitted: it has served. */
  readonly nonce: string;
  readonly decisionId: string;
}

export interface Redemption {
  /** Of the route that is asked, lower case, without port. */
  readonly host: string;
  /** Every one that the browser keeps for this host. */
  readonly nonces: readonly string[];
  readonly device: Device;
}

export interface RefusedHandOver extends IdentifiedRefusal {
  /** Where the browser was going, when the code was one for this host: a way on for a person to choose. */
  readonly returnTo?: string;
}

/** A signed value for a program, good at one route host. */
export interface ProgramToken {
  readonly value: string;
  /** Epoch seconds, the `exp` of the value. */
  readonly expiresAt: number;
  readonly decisionId: string;
}

export interface ListedSession {
  readonly id: string;
  /** Name of the provider. */
  readonly provider: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly userAgent: string;
}

/** What is left to do at the provider once a session has ended here. */
export interface EndedSession {
  readonly provider?: IdentityProvider;
  readonly idToken?: string;
}

/** The service behind sign-in and route hosts. Every method decides, commits, and only then answers. */
export interface Sessions {
  open(person: SignedInPerson, device: Device): Promise<Result<OpenedSession, IdentifiedRefusal>>;
  /** Break-glass: whoever has shown `admin_token`. No route opens to it. */
  openAdministrator(device: Device): Promise<Result<OpenedSession, IdentifiedRefusal>>;
  /** By the value of the service host's cookie. */
  find(value: string): FoundSession | Promise<FoundSession>;
  /** A code for one redemption within `HAND_OVER_LIFE`; sealed, nothing is stored for it. */
  handOver(session: LiveSession, to: HandOver): string;
  /** The code is used up in the commit of the new token, or nothing is. */
  redeem(code: string, by: Redemption): Promise<Result<HandedOver, RefusedHandOver>>;
  programToken(
    session: LiveSession,
    to: { readonly host: string; readonly device: Device },
  ): Promise<Result<ProgramToken, IdentifiedRefusal>>;
  /** All of the same person at the same provider, newest first. */
  list(session: LiveSession): Promise<Result<readonly ListedSession[], 'unavailable'>>;
  /** Ends a session of the same person, with every token of it. `actor`: {@link principalId} of who asked. */
  end(id: string, by: LiveSession): Promise<Result<EndedSession, 'unknown' | 'unavailable'>>;
  endAll(by: LiveSession): Promise<Result<EndedSession, 'unavailable'>>;
}
