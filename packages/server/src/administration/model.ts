import type { Claims, Result } from '@countersign/core';
import type { AuditEvent } from '../audit/model.ts';
import type { ObjectKey } from '../storage/repositories/objects.ts';
import type { Unit } from '../storage/port.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { ObjectContent } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { MassRevocation } from '../tokens/model.ts';

/**
 * Changes over the API: who asks has been asked already; here a request becomes an edit, the edit a world that
 * compiles, and that one commit of rows, audit and change. Nothing half done may be seen, and nothing that the
 * configuration file owns may be touched.
 */

/** What a change does to a world. All of it is one commit. */
export interface Edit {
  readonly put?: readonly ObjectContent[];
  readonly remove?: readonly ObjectKey[];
  readonly revoke?: readonly Ending[];
  /** Statements that belong to the change: the token of a new runner, say. */
  readonly more?: Unit;
  readonly event: AuditEvent['event'];
  /** For the trail: what it was about. Never a secret. */
  readonly detail: Claims;
}

/** What this names ends with the change: up to its second, or up to an earlier one. */
export type Ending = Pick<MassRevocation, 'by' | 'value'> & Partial<Pick<MassRevocation, 'before'>>;

/** Why a change is not made. `message` is for the caller and names the member at fault. */
export interface Refused {
  readonly kind:
    /** The caller has lost the right to it while the request was under way. */
    | 'forbidden'
    /** There is no such thing. */
    | 'absent'
    /** The configuration file owns it. */
    | 'declared'
    /** There is one already. */
    | 'taken'
    /** The request makes no sense, or what it makes does not compile. */
    | 'invalid'
    /** `If-Match` names another version. */
    | 'outdated';
  readonly message: string;
}

export type Refusal = Refused | { readonly kind: 'unavailable' };

/** Decides on a world what to change in it; asked again when another change came first. */
export type Decide = (world: World) => Result<Edit, Refused>;

export interface Author {
  /** The organization that is changed. */
  readonly organization: string;
  /** {@link principalId} of who does it. */
  readonly actor: string;
}

/** Gives the snapshot that the change has made. */
export type Change = (author: Author, decide: Decide) => Promise<Result<Snapshot, Refusal>>;
