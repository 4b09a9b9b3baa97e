import type { Claims } from '../claims.ts';
import type { Decision } from '../decision.ts';
import type { CompiledTrust } from '../policy/compile.ts';
import type { TokenFormat } from '../policy/model.ts';
import type { Principal } from '../principal.ts';
import type { RefusalCode } from '../refusal-code.ts';
import type { TokenType } from '../token/token-type.ts';

/**
 * The vocabulary of the exchange (RFC 8693): what is asked, who vouches, what is granted. All of it plain data; the
 * exchange itself is a function of these and of `now`.
 */

/** What kind of token, for whom. */
export type Target =
  | { readonly type: 'organization'; readonly admin: boolean }
  | { readonly type: 'team'; readonly team: string }
  | { readonly type: 'personal'; readonly login: string }
  | { readonly type: 'runner'; readonly runner: string };

/** A token-exchange request, decoded from whichever profile it came in. */
export interface ExchangeRequest {
  /** Organization named by `audience`. */
  readonly organization: string;
  readonly target: Target;
  /** Seconds asked for; absent = default. */
  readonly expiration?: number;
  /** `resource` (RFC 8707), as sent; empty = whatever the policies open. */
  readonly resources: readonly string[];
  /** `jwt`: only a signed token will do. Absent = as the policies say. */
  readonly format?: 'jwt';
}

/** The issuer that vouches, as far as the decision needs it. */
export interface SubjectIssuer {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  /** Seconds. */
  readonly maxExpiration: number;
  readonly trust: CompiledTrust;
}

/** A member of an organization. */
export interface Member {
  /** `usr_…` */
  readonly user: string;
  readonly login: string;
  readonly email?: string;
  readonly name?: string;
  readonly role: 'admin' | 'member';
}

/** What exists in an organization. */
export interface Directory {
  readonly organization: string;
  readonly members: ReadonlyMap<string, Member>;
  readonly teams: ReadonlyMap<
    string,
    { readonly name: string; readonly displayName: string; readonly members: readonly string[] }
  >;
  readonly runners: ReadonlySet<string>;
  /** Resources of the organization: the URLs of its routes, as {@link canonicalResource} gives them. */
  readonly resources: ReadonlySet<string>;
}

export interface ExchangeInput {
  readonly request: ExchangeRequest;
  readonly issuer: SubjectIssuer;
  /** Verified claims of the subject token. */
  readonly claims: Claims;
  readonly directory: Directory;
  /** Epoch seconds. */
  readonly now: number;
}

/** What has been granted; the value itself is made by whoever has randomness. */
export interface Grant {
  readonly principal: Principal;
  readonly tokenType: TokenType;
  /** The scope as it is answered: empty, `admin`, `team:NAME`, `user:LOGIN`, `runner:NAME`. */
  readonly scope: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly format: TokenFormat;
  /** Canonical resources that the token opens and nothing else, the API included; empty = no such limit. */
  readonly resources: readonly string[];
  readonly decision: Decision;
}

/** Why there is no grant. `hint` may be shown to the caller; the decision may not. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly hint?: readonly string[];
  readonly decision?: Decision;
}
