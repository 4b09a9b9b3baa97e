import { timingSafeEqual } from 'node:crypto';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { breakGlassPage } from '../pages/break-glass-page.ts';
import { FIELDS } from '../pages/fields.ts';
import { pageAnswer } from '../pages/page.ts';
import { problemPage } from '../pages/problem-page.ts';
import { hashOf } from '../tokens/issue.ts';
import { leadOn } from './answers.ts';
import { fieldOf } from './change.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { recordRefusal, refusalPage } from './refuse.ts';
import { deviceOf, sessionCookie } from './session-of.ts';

/**
 * Break-glass: the administrator of the site signs in with the token of the configuration, while no identity provider
 * answers. It asks nobody outside, and every use of it, good or bad, is in the trail.
 */

/** GET /console/sign-in */
export function askAdminToken({ snapshot }: LoginDeps): Answer {
  if (snapshot().settings.adminTokenHash === undefined) return noAdminToken();
  return pageAnswer(breakGlassPage({ action: PATHS.breakGlass }), { status: 200 });
}

/** POST /console/sign-in */
export async function signInAdministrator(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const { adminTokenHash } = deps.snapshot().settings;
  if (adminTokenHash === undefined) return noAdminToken();
  const shown = (await fieldOf(deps, request, FIELDS.adminToken)) ?? '';
  // Compared by digest and in constant time, so that neither length nor a shared prefix can be measured.
  if (!timingSafeEqual(hashOf(shown), adminTokenHash)) {
    const { decisionId } = recordRefusal(deps, request, 'credential.invalid');
    const error = `This is not the administrator token. (Decision ${decisionId})`;
    return pageAnswer(breakGlassPage({ action: PATHS.breakGlass, error }), { status: 403 });
  }
  const opened = await deps.sessions.openAdministrator(deviceOf(request));
  if (!opened.ok) return refusalPage(opened.error);
  return leadOn(303, PATHS.who, [sessionCookie(deps, opened.value)]);
}

function noAdminToken(): Answer {
  const page = problemPage({
    title: 'There is no administrator token',
    happened: 'The configuration of this server has no admin_token, so nobody can sign in with one.',
    todo: 'Sign in with an identity provider, or set admin_token and start again from this page.',
    action: { label: 'Sign in', href: PATHS.signIn },
  });
  return pageAnswer(page, { status: 404 });
}
