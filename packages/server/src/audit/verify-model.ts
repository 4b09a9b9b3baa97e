import type { PublicJwk } from '../keys/port.ts';
import type { Retention } from '../snapshot/model.ts';
import type { Reader, Row, Statement } from '../storage/port.ts';
import type { AuditRow } from '../storage/repositories/audit-events.ts';

/** What verification is given, what it says, and what its parts share. */

export interface VerifyOptions {
  /** Every key of the audit ring, retired ones with it. */
  readonly keys: readonly PublicJwk[];
  /** Epoch seconds, when it begins. */
  readonly now: number;
  /** What retention may have taken away: anything missing beyond that is a break. */
  readonly retention: Pick<Retention, 'exchanges' | 'audit' | 'rows'>;
  /** Checkpoints that were kept elsewhere: one or many, or log lines as they are. */
  readonly since?: string;
}

export interface VerifiedTrail {
  readonly ok: true;
  /** Links whose place in a chain was proved. */
  readonly events: number;
  /** Of these, those whose content retention has erased. */
  readonly erased: number;
  readonly writers: number;
  /** Stored checkpoints whose signature and heads fit. */
  readonly checkpoints: number;
  /** RFC 3339: until then nothing was cut, whoever could write to the database. Absent without `since`. */
  readonly provenUpTo?: string;
  /** RFC 3339 of the newest stored checkpoint: until then nothing was changed by anybody without the audit key. */
  readonly signedUpTo?: string;
  /** What is not proved, and why, one sentence each. */
  readonly notes: readonly string[];
}

/** The first record that does not fit. */
export interface Broken {
  readonly writer?: string;
  readonly n?: number;
  /** `evt_…`. */
  readonly event?: string;
  readonly what: string;
}

export type AuditVerdict =
  | VerifiedTrail
  | { readonly ok: false; readonly broken: Broken }
  | { readonly ok: false; readonly broken?: undefined; readonly error: 'unavailable' };

/** How a part of the verification ends when it does not end well. */
export type Stopped = { readonly broken: Broken } | 'unavailable';

/** What the parts share: where to read, what may be missing, what has been counted. */
export interface Verification {
  readonly reader: Reader;
  readonly options: VerifyOptions;
  /** Epoch seconds. It goes on: while a long trail is read, retention goes on taking what has become old enough. */
  readonly now: () => number;
  /** Tables at their largest: of these retention takes the oldest rows, whatever their age. */
  readonly full: { readonly audit: boolean; readonly decision: boolean };
  /** Place of the first link that is kept, of each writer whose older ones are gone. */
  readonly cut: Map<string, number>;
  readonly count: Record<Counted, number>;
}

export type Counted =
  | 'events'
  | 'erased'
  | 'writers'
  | 'checkpoints'
  | 'unknownKeys'
  | 'tokensGone'
  | 'decisionsGone'
  | 'links cut'
  | 'beforeTheChain';

export function broken(row: Pick<AuditRow, 'writer' | 'n' | 'id'>, what: string): Stopped {
  const { writer, n, id } = row;
  return {
    broken: {
      ...(writer === null ? {} : { writer }),
      ...(n === null ? {} : { n }),
      event: id,
      what,
    },
  };
}

/** Rows, or `undefined` when storage does not answer. */
export async function readRows(reader: Reader, statement: Statement): Promise<readonly Row[] | undefined> {
  const rows = await reader.read(statement);
  return rows.ok ? rows.value : undefined;
}
