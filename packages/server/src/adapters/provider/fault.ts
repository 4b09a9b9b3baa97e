import { AuthorizationResponseError, ResponseBodyError } from 'oauth4webapi';
import type { ProviderFault } from '../../sessions/provider-client.ts';
import type { FetchFailure } from '../safe-fetch.ts';
import { callFailure } from './wire.ts';

/** What went wrong at a provider, in words of ours: whatever the provider wrote stays where it came from. */
export interface Fault {
  readonly fault: ProviderFault;
  /** One word for the log: a failure of a call, a registered error code, a code of the library. */
  readonly reason: string;
}

/** Codes that the person or the provider answers a sign-in with (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6). */
const DENIALS = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
];

/** Codes that say no to a grant; those of sign-in too, where a refresh would need the person (section 5.2). */
const REFUSALS = ['invalid_grant', ...DENIALS];

const OUTAGES = ['server_error', 'temporarily_unavailable'];

/** Nothing of a provider is repeated but these: they are ours to mend. */
const MISTAKES = [
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'request_not_supported',
];

/** What was thrown on the way, by the library or by a call of ours. */
export function faultOf(error: unknown): Fault {
  const failure = callFailure(error);
  if (failure !== undefined) return ofCall(failure);
  if (error instanceof AuthorizationResponseError) return ofCode(error.error, DENIALS, 'denied');
  if (error instanceof ResponseBodyError) return ofCode(error.error, REFUSALS, 'refused');
  return { fault: 'malformed', reason: libraryCode(error) };
}

function ofCode(code: string, noes: readonly string[], no: 'denied' | 'refused'): Fault {
  if (noes.includes(code)) return { fault: no, reason: code };
  if (OUTAGES.includes(code)) return { fault: 'unreachable', reason: code };
  return { fault: 'malformed', reason: MISTAKES.includes(code) ? code : 'error' };
}

/** An answer that breaks a rule is no outage: asking again changes nothing about it. */
const UNBELIEVABLE: readonly (FetchFailure | 'malformed' | 'issuer')[] = [
  'url',
  'redirect',
  'encoding',
  'size',
  'malformed',
  'issuer',
];

export function ofCall(failure: FetchFailure | 'malformed' | 'issuer'): Fault {
  return { fault: UNBELIEVABLE.includes(failure) ? 'malformed' : 'unreachable', reason: failure };
}

/** The library's codes are constants of it (`OAUTH_…`); its messages may hold anything. */
function libraryCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^OAUTH_[A-Z0-9_]{1,60}$/.test(code) ? code : 'unexpected';
}
