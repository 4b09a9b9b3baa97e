import type { Answer } from '../../http/message.ts';
import { originOf } from '../../sessions/begin-sign-in.ts';
import { fittingProviders } from '../../sessions/fitting-providers.ts';
import { sealSignInRequest } from '../../sessions/sign-in-request.ts';
import { nowOf, type RouteHostDeps, type RouteHostRequest } from './model.ts';
import { allowedRedirectUri } from './redirect-uri.ts';

/**
 * `/.pomerium/api/v1/login?pomerium_redirect_uri=URL`: the address of sign-in for a program, which opens it in the
 * person's browser and listens at URL for `pomerium_jwt`. Answers in the words of existing clients, as text.
 */
export function login(deps: RouteHostDeps, asked: RouteHostRequest): Answer {
  const { method, query } = asked.request;
  if (method !== 'GET') return text(405, 'Method Not Allowed\n', { allow: 'GET' });
  const { redirectHosts } = deps.snapshot().settings;
  const [written, another] = new URLSearchParams(query).getAll('pomerium_redirect_uri');
  if (written === undefined) return text(404, 'Not Found\n');
  const redirectUri = another === undefined ? allowedRedirectUri(written, redirectHosts) : undefined;
  if (redirectUri === undefined) return text(400, 'invalid redirect uri\n');
  const { host, scheme, port } = asked;
  const place = { host, scheme, ...(port !== undefined && { port }) };
  if (fittingProviders(deps.snapshot(), place).length === 0)
    return text(404, 'no identity provider signs people in for this host\n');
  const sealed = sealSignInRequest(deps.redirects, {
    ...place,
    kind: 'program',
    returnTo: `${originOf(place)}/`,
    nonceHash: '',
    redirectUri,
    issuedAt: nowOf(deps),
  });
  return text(200, `${deps.snapshot().service.url}/.pomerium/sign_in?pomerium_request=${sealed}`);
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body,
  };
}
