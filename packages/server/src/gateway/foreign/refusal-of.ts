import { REFUSALS, type RefusalCode } from '@countersign/core';

/** What a route says of a token that was not exchanged: its own faults by name once it has verified, and else nothing. */
export function refusalOf(code: RefusalCode): RefusalCode {
  switch (code) {
    case 'token.expired':
    case 'token.too_old':
      return 'credential.expired';
    case 'token.audience':
      return 'credential.audience';
    case 'credential.revoked':
    case 'policy.refused':
      return code;
    default:
      // Keys that cannot be had, storage that is silent: the token may be good.
      return isTransient(code) || code.startsWith('credential.') ? code : 'credential.invalid';
  }
}

/** Whether the same token may be taken a moment later: nothing that is remembered. */
export function isTransient(code: RefusalCode): boolean {
  return REFUSALS[code].retryable;
}
