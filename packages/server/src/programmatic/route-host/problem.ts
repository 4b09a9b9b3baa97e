import { REFUSALS, type RefusalCode } from '@countersign/core';
import { originOf } from '../../audit/origin.ts';
import type { Answer } from '../../http/message.ts';
import { pageAnswer } from '../../pages/page.ts';
import { problemPage, type ProblemModel } from '../../pages/problem-page.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';

/**
 * What went wrong on the way back from sign-in, as a person reads it: words of the catalogue, an id under which an
 * operator finds it, and a way on that only a click follows.
 */
export function problem(
  { code, decisionId }: { readonly code: RefusalCode; readonly decisionId: string },
  action?: ProblemModel['action'],
): Answer {
  const { status, description, fix } = REFUSALS[code];
  const page = problemPage({
    title: TITLES[code] ?? 'You are not signed in',
    happened: description,
    todo: fix,
    code,
    decisionId,
    ...(action && { action }),
  });
  return pageAnswer(page, {
    // A challenge would be one that no page can answer (RFC 9110 section 15.5.2).
    status: status === 401 ? 403 : status,
    headers: status === 503 ? { 'retry-after': '1' } : {},
  });
}

const TITLES: Partial<Record<RefusalCode, string>> = {
  'server.storage': 'Try again in a moment',
  'sign_in.browser': 'This sign-in was not begun here',
  'sign_in.expired': 'This sign-in is over',
};

/** Gives a refusal an id, before anything has been proved. */
export function recordRefusal(
  { decisions, clock }: Pick<RouteHostDeps, 'decisions' | 'clock'>,
  { request }: RouteHostRequest,
  code: RefusalCode,
): { readonly code: RefusalCode; readonly decisionId: string } {
  const id = decisions.newId();
  decisions.unverified(
    { id, time: clock.now(), kind: 'gateway', effect: 'deny', code, determining: [], ...originOf(request) },
    {},
  );
  return { code, decisionId: id };
}
