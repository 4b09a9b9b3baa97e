import { REFUSALS, type RefusalCode } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import type { IdentifiedRefusal } from '../exchange/model.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { pageAnswer } from '../pages/page.ts';
import { problemPage, type ProblemModel } from '../pages/problem-page.ts';
import type { IdentityProvider } from '../snapshot/model.ts';
import type { LoginDeps } from './model.ts';

/**
 * A refusal as a person reads it: words of the catalogue, the id of the recorded decision, and a way on that only a
 * click follows, since what leads on by itself can lead in a circle. Nothing of the request is in it (threat 13).
 */
export interface RefusalPage {
  readonly action?: ProblemModel['action'];
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Gives a refusal its decision id, before anything was proved or with the provider's word for nobody. */
export function recordRefusal(
  { decisions, clock }: Pick<LoginDeps, 'decisions' | 'clock'>,
  request: ServiceRequest,
  code: RefusalCode,
  provider?: IdentityProvider,
): IdentifiedRefusal {
  const id = decisions.newId();
  decisions.unverified(
    {
      id,
      time: clock.now(),
      kind: 'exchange',
      effect: 'deny',
      code,
      determining: [],
      ...originOf(request),
      ...(provider && { issuer: provider.id, issuerName: provider.name }),
    },
    {},
  );
  return { code, decisionId: id };
}

export function refusalPage({ code, decisionId }: IdentifiedRefusal, page: RefusalPage = {}): Answer {
  const { action, cookies, headers } = page;
  const retryAfter = RETRY_AFTER[code];
  const problem = problemPage({
    title: TITLES[code] ?? 'You are not signed in',
    happened: REFUSALS[code].description,
    todo: REFUSALS[code].fix,
    code,
    decisionId,
    ...(action && { action }),
  });
  return pageAnswer(problem, {
    status: statusOf(code),
    headers: { ...(retryAfter !== undefined && { 'retry-after': retryAfter }), ...headers },
    ...(cookies && { cookies }),
  });
}

/** {@link recordRefusal}, then {@link refusalPage}. */
export function refuse(
  deps: Pick<LoginDeps, 'decisions' | 'clock'>,
  request: ServiceRequest,
  code: RefusalCode,
  page: RefusalPage & { readonly provider?: IdentityProvider } = {},
): Answer {
  return refusalPage(recordRefusal(deps, request, code, page.provider), page);
}

/**
 * The catalogue has the status of the token endpoint. Here 401 would need a challenge that no browser can answer
 * (RFC 9110 section 15.5.2), and a refused person is no bad request.
 */
function statusOf(code: RefusalCode): number {
  const { status } = REFUSALS[code];
  return status === 401 || code === 'policy.refused' ? 403 : status;
}

/** Seconds after which trying again makes sense. */
const RETRY_AFTER: Partial<Record<RefusalCode, string>> = {
  'issuer.unreachable': '5',
  'server.storage': '1',
};

const TITLES: Partial<Record<RefusalCode, string>> = {
  'issuer.unreachable': 'The identity provider does not answer',
  'limit.rate': 'Too many failed attempts',
  'request.origin': 'Nothing was changed',
  'request.method': 'Nothing was changed',
  'server.storage': 'Try again in a moment',
  'sign_in.expired': 'This sign-in is over',
  'sign_in.browser': 'This sign-in was not begun here',
};
