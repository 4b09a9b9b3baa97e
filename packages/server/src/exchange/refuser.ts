import { err, isObject, type Claims, type RefusalCode, type Result } from '@countersign/core';
import type { DecisionRecord, UnverifiedFacts } from '../audit/model.ts';
import type { Origin } from '../audit/origin.ts';
import type { Decisions } from '../audit/port.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import type { IdentifiedRefusal } from './model.ts';

/** What is known of an attempt before anything has been proved. */
export interface Attempt extends Origin {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly audience?: string;
}

interface Reason {
  readonly code: RefusalCode;
  readonly hint?: readonly string[];
}

type Refused = Result<never, IdentifiedRefusal>;

/** Records a refusal in the class that the caller's proof deserves, and answers it. */
export interface Refuser {
  /** Nothing proved: not waited for, bounded, in memory. */
  unverified(reason: Reason, jws?: UnverifiedJws): Refused;
  /** The signature verified: durable before the answer; storage that does not answer turns it into a 503. */
  verified(reason: Reason, about: Partial<DecisionRecord>): Promise<Refused>;
}

export function createRefuser(decisions: Decisions, attempt: Attempt): Refuser {
  const record = (reason: Reason, about: Partial<DecisionRecord>): DecisionRecord => ({
    kind: 'exchange',
    effect: 'deny',
    determining: [],
    ...attempt,
    ...about,
    code: reason.code,
  });
  const refused = ({ code, hint }: Reason): Refused =>
    err({ code, decisionId: attempt.id, ...(hint === undefined ? {} : { hint }) });
  return {
    unverified: (reason, jws) => {
      decisions.unverified(record(reason, {}), jws ? unverifiedFacts(jws.claims, jws.header) : {});
      return refused(reason);
    },
    verified: async (reason, about) => {
      const stored = await decisions.refused(record(reason, about));
      return refused(stored.ok ? reason : { code: 'server.storage' });
    },
  };
}

/** An operator may read which issuer and key a token claimed; the rest of an unproved token is noise or an attack. */
function unverifiedFacts(claims: Claims, header: Claims): UnverifiedFacts {
  const iss = claims['iss'];
  return {
    ...(typeof iss === 'string' ? { issuer: iss.slice(0, 512) } : {}),
    ...(isObject(header) ? { header } : {}),
  };
}
