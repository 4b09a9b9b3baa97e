import { withoutSessionCookie, type HeaderLine } from '@countersign/core';
import { jsonAnswer, type Answer } from '../../http/message.ts';
import type { Assertions } from '../assertion.ts';
import type { Forward, Refuse } from '../model.ts';
import { refusalAnswer } from '../refusal.ts';
import { theOne, type Dialect } from './model.ts';

/** What a proxy is answered. It copies headers one by one, so that whatever must be gone has to be overwritten by it. */

/**
 * Yes: who is asking, in the headers that the upstream may believe, and the `Authorization` and `Cookie` that it may see.
 * All of them are always there, empty at the least: what a proxy copies then overwrites whatever the client sent under
 * that name.
 */
export function yes(
  { decisionId, route, host, caller, spentCarriers }: Forward,
  headers: readonly HeaderLine[],
  { claimHeaders, sessionCookie }: Ours,
  assertions: Assertions,
): Answer {
  const identity = caller && route.passIdentityHeaders ? assertions(caller.token, route, host) : [];
  const foreign = spentCarriers.includes('authorization') ? undefined : theOne(headers, 'authorization');
  const none = ['x-pomerium-jwt-assertion', ...claimHeaders].map((name) => [name, ''] as const);
  return {
    status: 200,
    headers: {
      'cache-control': 'no-store',
      'x-request-id': decisionId,
      // By which a proxy finds the upstream: its own reading of the path could lead it to that of another route.
      'x-countersign-route': route.name,
      authorization: foreign ?? '',
      cookie: foreignCookies(headers, sessionCookie),
      ...Object.fromEntries([...none, ...identity]),
    },
    body: '',
  };
}

/** What is ours among the headers of requests. */
interface Ours {
  /** `claimHeaderKeys` of all routes. */
  readonly claimHeaders: ReadonlySet<string>;
  /** Plain name. */
  readonly sessionCookie: string;
}

/** In one line, as crumbs of a field are put together again (RFC 9113 section 8.2.3): a proxy copies one. */
function foreignCookies(headers: readonly HeaderLine[], sessionCookie: string): string {
  const lines = headers.filter(([name]) => name.toLowerCase() === 'cookie');
  return lines.flatMap(([, value]) => withoutSessionCookie(value, sessionCookie) ?? []).join('; ');
}

/** No, as the gateway says it, with the decision id where a proxy can log it. */
export function no(refuse: Refuse, headers: readonly HeaderLine[], dialect: Dialect): Answer {
  const answer = refusalAnswer(refuse, headers);
  return {
    ...answer,
    status: dialect.statusOf(answer.status),
    headers: { ...answer.headers, 'x-request-id': refuse.decisionId },
  };
}

/** No, to a proxy that is not configured as it has to be: for whoever configured it. */
export function misconfigured(sentence: string): Answer {
  return jsonAnswer(403, { error: sentence });
}
