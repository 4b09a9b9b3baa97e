import type { Claims, Json } from '@countersign/core';
import type { CallAnswer } from '../../call.ts';
import type { CliFailure } from '../../errors.ts';

/** What the token endpoint answered when it was not a token: contract of errors → failure of ours. */
export function refusalOf({ status, json }: CallAnswer): CliFailure {
  const code = textOf(json?.['code']);
  if (json === undefined || code === undefined) {
    return {
      kind: 'server_error',
      message: `the server answered ${status}, and not the way a token endpoint does. Is the address right?`,
    };
  }
  return {
    kind: kindOf(code),
    message: textOf(json['error_description']) ?? 'the server refused without a reason.',
    details: detailsOf(json, code),
  };
}

/** Which of them are whose business: the policy's, the caller's command line's, or the server's. */
function kindOf(code: string): CliFailure['kind'] {
  if (code.startsWith('policy.') || code.startsWith('token.') || code === 'request.scope') return 'refused';
  return code.startsWith('request.') ? 'usage' : 'server_error';
}

function detailsOf(json: Claims, code: string): readonly string[] {
  const hints = Array.isArray(json['hint']) ? json['hint'] : [];
  const decision = textOf(json['decision_id']);
  return [
    `code      ${code}`,
    ...hints.map(textOf).flatMap((hint) => (hint === undefined ? [] : [`hint      ${hint}`])),
    ...(decision === undefined ? [] : [`decision  ${decision}`]),
    ...(json['retryable'] === true ? ['retry     the same request may succeed later'] : []),
  ];
}

/**
 * Text of the server, fit for a terminal: control characters of a hostile or broken server must not move the cursor,
 * and no line may be endless.
 */
function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?').slice(0, 500) : undefined;
}
