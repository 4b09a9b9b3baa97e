import { identify } from '../exchange/malformed.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Answer, ServiceRequest } from './message.ts';
import { errorAnswer } from './oauth-error.ts';
import type { Malformed } from './parameter.ts';

/** Answers a request that is refused before any token has been looked at, under a decision id of its own. */
export function refuseMalformed(
  deps: Parameters<typeof identify>[0] & { readonly snapshot: () => Snapshot },
  request: ServiceRequest,
  refusal: Malformed,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const { service, settings } = deps.snapshot();
  const context = { url: service.url, refusalError: settings.refusalError };
  return errorAnswer(context, identify(deps, request, refusal), headers);
}
