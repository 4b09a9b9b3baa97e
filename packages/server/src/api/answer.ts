import type { Refusal } from '../administration/model.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { CallerFailure } from '../caller/caller.ts';

/** Errors of the management API: `{"code","message"}`, the text fixed, the status repeated in the body. */
export function apiError(
  code: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 429 | 503,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer(code, { code, message }, headers);
}

/** What a change is refused with. The message names what is wrong: whoever reads it may change what it is about. */
export function refusalAnswer(refusal: Refusal): Answer {
  switch (refusal.kind) {
    case 'forbidden':
      return apiError(403, refusal.message);
    case 'absent':
      return apiError(404, refusal.message);
    case 'declared':
    case 'taken':
      return apiError(409, refusal.message);
    case 'invalid':
      return apiError(400, refusal.message);
    case 'outdated':
      return apiError(412, refusal.message);
    case 'unavailable':
      return callerError('unavailable');
  }
}

/** `wait`: seconds until a limited caller may try again. */
export function callerError(failure: CallerFailure, wait = 1): Answer {
  switch (failure) {
    case 'unauthenticated':
      return apiError(401, 'Unauthorized: No credentials provided or are invalid.', {
        'www-authenticate': 'Bearer realm="api"',
      });
    case 'unavailable':
      return apiError(503, 'Storage does not answer; try again.', { 'retry-after': '1' });
    case 'limited':
      return apiError(429, 'Too many failed requests from this address.', { 'retry-after': String(wait) });
  }
}

/** 204: done, and nothing to say. */
export const NO_CONTENT: Answer = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
