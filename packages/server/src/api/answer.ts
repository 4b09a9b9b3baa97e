import { jsonAnswer, type Answer } from '../http/message.ts';
import type { CallerFailure } from '../caller/caller.ts';

/** Errors of the management API: `{"code","message"}`, the text fixed, the status repeated in the body. */
export function apiError(
  code: 400 | 401 | 403 | 404 | 405 | 503,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer(code, { code, message }, headers);
}

export function callerError(failure: CallerFailure): Answer {
  switch (failure) {
    case 'unauthenticated':
      return apiError(401, 'Unauthorized: No credentials provided or are invalid.', {
        'www-authenticate': 'Bearer realm="api"',
      });
    case 'unavailable':
      return apiError(503, 'Storage does not answer; try again.', { 'retry-after': '1' });
  }
}
