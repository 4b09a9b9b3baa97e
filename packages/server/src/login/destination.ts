import { openSignInRequest, sealSignInRequest } from '../sessions/sign-in-request.ts';
import type { ProblemModel } from '../pages/problem-page.ts';
import { nowOf, PATHS, WHO, type Destination, type LoginDeps } from './model.ts';
import { openOwnPlace, signInLocation } from './own-place.ts';

/**
 * Where a sign-in is to lead, out of what its URL carries, and as links of ours. Everything here has been opened from a
 * sealed value before it is looked at: nobody but us says where a signed-in browser goes (threat 11).
 */
export interface SignInQuery {
  readonly sealedRequest?: string;
  readonly sealedPlace?: string;
  /** Name of a provider, as the person has chosen it. */
  readonly provider?: string;
}

const PARAMETERS = { request: 'pomerium_request', place: 'to', provider: 'idp' } as const;

/** `undefined` when a parameter came twice: choosing one is guessing. */
export function readSignInQuery(query: string): SignInQuery | undefined {
  const parameters = new URLSearchParams(query);
  const values = Object.values(PARAMETERS).map((name) => parameters.getAll(name));
  if (values.some(({ length }) => length > 1)) return undefined;
  const [sealedRequest, sealedPlace, provider] = values.map(([value]) => value);
  return {
    ...(sealedRequest !== undefined && { sealedRequest }),
    ...(sealedPlace !== undefined && { sealedPlace }),
    ...(provider !== undefined && { provider }),
  };
}

/** `expired`: no more than a way on is left of it, or nothing at all. */
export type FoundDestination =
  | { readonly state: 'open'; readonly to: Destination }
  | { readonly state: 'expired'; readonly to?: Destination };

export function destinationOf(
  deps: Pick<LoginDeps, 'keys' | 'clock'>,
  { sealedRequest, sealedPlace }: SignInQuery,
): FoundDestination {
  const { redirect } = deps.keys.sealing;
  if (sealedRequest !== undefined) {
    const opened = openSignInRequest(redirect, sealedRequest, nowOf(deps));
    return opened
      ? { state: opened.state, to: { kind: 'host', request: opened.request } }
      : { state: 'expired' };
  }
  if (sealedPlace === undefined) return { state: 'open', to: WHO };
  const path = openOwnPlace(redirect, sealedPlace, nowOf(deps));
  return path === undefined ? { state: 'expired' } : { state: 'open', to: { kind: 'own', path } };
}

/** The sign-in at one provider that leads to the same place. Sealed anew: what came with a request is not repeated. */
export function signInAt(deps: Pick<LoginDeps, 'keys' | 'clock'>, to: Destination, provider: string): string {
  const idp = `${PARAMETERS.provider}=${encodeURIComponent(provider)}`;
  if (to.kind === 'own') return `${signInLocation(deps, to.path)}&${idp}`;
  const sealed = sealSignInRequest(deps.keys.sealing.redirect, to.request);
  return `${PATHS.signIn}?${PARAMETERS.request}=${sealed}&${idp}`;
}

/** The link on a page that says why it did not work. It begins from the beginning. */
export function wayOn(
  deps: Pick<LoginDeps, 'keys' | 'clock'>,
  to: Destination | undefined,
): NonNullable<ProblemModel['action']> {
  if (to?.kind === 'host') return { label: 'Try again', href: to.request.returnTo };
  return { label: 'Sign in', href: signInLocation(deps, to?.path ?? PATHS.who) };
}
