import { principalId, type Principal } from '@countersign/core';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { pageAnswer } from '../pages/page.ts';
import { whoPage, type WhoModel } from '../pages/who-page.ts';
import type { LiveSession } from '../sessions/model.ts';
import { leadOn } from './answers.ts';
import { leavingOrigins } from './leave.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/** GET /.pomerium/: who the person is to us. */
export async function whoEndpoint(deps: LoginDeps, request: ServiceRequest): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none') return leadOn(302, signInLocation(deps, PATHS.who));
  return pageAnswer(whoPage(whoModel(deps, session)), {
    status: 200,
    formOrigins: await leavingOrigins(deps, session),
  });
}

function whoModel({ snapshot }: LoginDeps, { token }: LiveSession): WhoModel {
  const { service, identityProvidersById } = snapshot();
  const { principal, issuer, expiresAt } = token;
  return {
    ...personOf(principal),
    user: principalId(principal),
    provider: identityProvidersById.get(issuer)?.name ?? 'the administrator token',
    expiresAt,
    host: service.host,
    routesHref: PATHS.routes,
    sessionsHref: PATHS.sessions,
    signOutAction: PATHS.signOut,
  };
}

function personOf(
  principal: Principal,
): Pick<WhoModel, 'name' | 'email' | 'login' | 'organizations' | 'groups'> {
  if (principal.kind !== 'user') return { organizations: [], groups: [] };
  const { name, email, login, groups, vouchedBy } = principal;
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(login !== undefined && { login }),
    organizations: vouchedBy.kind === 'identity_provider' ? vouchedBy.organizations : [],
    groups,
  };
}
