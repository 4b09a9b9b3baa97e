import { REFUSALS, type RefusalCode } from '@countersign/core';
import type { IdentifiedRefusal } from '../exchange/model.ts';
import { jsonAnswer, type Answer } from './message.ts';

/**
 * A refusal as the token endpoints answer it (RFC 6749 section 5.2, with what an operator needs to find the rest).
 * The text comes from the catalogue alone: no claim, no policy, no input is ever reflected.
 */

export interface ErrorContext {
  /** Base URL of the service: error pages lie below it. */
  readonly url: string;
  /** `compatibility.refusal_error`. */
  readonly refusalError: 'invalid_request' | 'invalid_grant';
}

/** Seconds after which repeating makes sense, by code. */
const RETRY_AFTER: Partial<Record<RefusalCode, string>> = {
  'issuer.unreachable': '5',
  'limit.rate': '1',
  'server.storage': '1',
};

export function errorAnswer(
  context: ErrorContext,
  refusal: IdentifiedRefusal,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const { status } = REFUSALS[refusal.code];
  const retryAfter = RETRY_AFTER[refusal.code];
  const retry = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return jsonAnswer(status, errorBody(context, refusal), { ...retry, ...headers });
}

function errorBody(context: ErrorContext, refusal: IdentifiedRefusal): Readonly<Record<string, unknown>> {
  const { error, description, retryable } = REFUSALS[refusal.code];
  return {
    error: aboutTheToken(refusal.code) ? context.refusalError : error,
    error_description: description,
    code: refusal.code,
    decision_id: refusal.decisionId,
    retryable,
    hint: refusal.hint ?? [],
    error_uri: `${context.url}/errors/${refusal.code}`,
  };
}

/** The refusals that RFC 8693 2.2.2 answers with `invalid_request` and some clients expect as `invalid_grant`. */
function aboutTheToken(code: RefusalCode): boolean {
  return code.startsWith('token.') || code === 'policy.refused';
}
