import { hash } from 'node:crypto';
import {
  accessConditions,
  compileAccess,
  compileTrust,
  explain,
  isObject,
  ok,
  type CompiledPolicy,
  type ConditionCompiler,
  type Explanation,
  type Facts,
  type Json,
  type Result,
} from '@countersign/core';
import type { PolicySetDocument } from '../snapshot/model.ts';
import type { Writer } from '../storage/port.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * Policy documents as decisions cite them: by the hash of their text, stored before the first decision, never changed.
 */

/** Documents in one commit: a start with many routes must not make one unit that outgrows the queue. */
const DOCUMENTS_PER_UNIT = 200;

/** What a decision cites: SHA-256 (base64url) of the document's canonical text. */
export function policySetHash(document: PolicySetDocument): string {
  return hash('sha256', canonicalJson(document), 'base64url');
}

/**
 * Makes policy documents durable. Called before the snapshot that uses them is swapped in: a decision never cites a
 * document that a crash could lose, or nobody could explain it.
 */
export async function storePolicySets(
  writer: Writer,
  documents: ReadonlyMap<string, PolicySetDocument>,
  now: number,
): Promise<Result<void, 'unavailable'>> {
  const statements = [...documents].map(([cited, document]) => {
    if (policySetHash(document) !== cited)
      throw new Error('a policy document is cited by a hash that is not its own');
    return insertPolicySet(cited, canonicalJson(document), now);
  });
  for (let from = 0; from < statements.length; from += DOCUMENTS_PER_UNIT) {
    const written = await writer.write(statements.slice(from, from + DOCUMENTS_PER_UNIT));
    if (!written.ok) return { ok: false, error: 'unavailable' };
  }
  return ok(undefined);
}

/**
 * What the engine says of these facts under a stored document; `undefined` when this version cannot read or compile
 * it (a later release may be stricter than the one that stored it). `conditions` is needed, and asked for, only by a
 * document that has some: most have none, and their engine is large.
 */
export async function explainUnderPolicy(
  document: string,
  facts: Facts,
  conditions: () => Promise<ConditionCompiler>,
): Promise<Explanation | undefined> {
  const cited = JSON.parse(document) as Json;
  // The text was found by the hash of what the compiler once took, so its members are as the type says.
  const known = isObject(cited) ? (cited as unknown as PolicySetDocument) : undefined;
  const policy = known && compileDocument(known, hasCondition(known) ? await conditions() : undefined);
  return policy && explain(policy, facts);
}

function hasCondition(document: PolicySetDocument): boolean {
  if (document.kind === 'trust') return document.policies.some(({ condition }) => condition !== undefined);
  return document.kind === 'access' && accessConditions(document.document.policy).length > 0;
}

function compileDocument(
  cited: PolicySetDocument,
  conditions: ConditionCompiler | undefined,
): CompiledPolicy | undefined {
  switch (cited.kind) {
    case 'trust': {
      const compiled = compileTrust(cited.policies, { conditions });
      return compiled.ok ? compiled.value.policy : undefined;
    }
    case 'access': {
      const compiled = compileAccess(cited.document, { conditions });
      return compiled.ok ? compiled.value : undefined;
    }
    default:
      return undefined;
  }
}
