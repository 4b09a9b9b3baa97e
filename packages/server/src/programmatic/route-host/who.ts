import { principalFacts, type Json } from '@countersign/core';
import { jsonAnswer, type Answer } from '../../http/message.ts';
import { pageAnswer } from '../../pages/page.ts';
import { whoPage } from '../../pages/who-page.ts';
import { isNavigation } from '../../http/navigation.ts';
import { admit } from './admit.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';

/** `/.pomerium/`: who the person is to this host. */
export function whoAmI(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  return admit(deps, asked, isNavigation(asked.request.method, asked.headers), (token) => {
    const { principal, expiresAt } = token;
    const facts = principalFacts(principal);
    const text = (name: string): string | undefined =>
      typeof facts[name] === 'string' ? facts[name] : undefined;
    const known = { name: text('name'), email: text('email'), login: text('login') };
    const page = whoPage({
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
      user: text('id') ?? '',
      organizations: organizationsOf(token.principal),
      groups: principal.kind === 'user' ? principal.groups : [],
      provider: providerOf(token.principal),
      expiresAt,
      host: asked.host,
      routesHref: '/.pomerium/routes',
      signOutAction: '/.pomerium/sign_out',
    });
    const { url } = deps.snapshot().service;
    // Its form leads on to where sign-out is asked about.
    return pageAnswer(page, { status: 200, formOrigins: [new URL(url).origin] });
  });
}

type Principal = Parameters<typeof principalFacts>[0];

function organizationsOf({ vouchedBy }: Principal): readonly string[] {
  switch (vouchedBy.kind) {
    case 'organization':
      return [vouchedBy.organization];
    case 'identity_provider':
      return vouchedBy.organizations;
    case 'server':
      return [];
  }
}

function providerOf({ vouchedBy }: Principal): string {
  return vouchedBy.kind === 'identity_provider' ? vouchedBy.provider : 'a token';
}

/** Of an assertion, and of no use to whoever asks who they are. */
const OF_ASSERTIONS: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'iat', 'jti']);

/** `/.pomerium/user`: what upstreams are told. */
export function whoAsJson(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  return admit(deps, asked, false, (token) => {
    const claims: readonly [string, Json][] = Object.entries(deps.visitors.claimsOf(asked.host, token));
    return jsonAnswer(200, Object.fromEntries(claims.filter(([name]) => !OF_ASSERTIONS.has(name))));
  });
}
