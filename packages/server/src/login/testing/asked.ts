import { sealSignInRequest, type SignInRequest } from '../../sessions/sign-in-request.ts';
import { hashNonce } from '../../sessions/hand-over.ts';
import { NONCE } from '../../sessions/testing/house.ts';
import { nowOf } from '../model.ts';
import type { LoginRig } from './rig.ts';

/** What route hosts ask for. */

export function askedBy({ deps }: LoginRig, host = 'app.example', over: Partial<SignInRequest> = {}): string {
  const route = deps.snapshot().routes.find((one) => one.host === host)?.id;
  const sealed = sealSignInRequest(deps.keys.sealing.redirect, {
    kind: 'cookie',
    host,
    scheme: 'https',
    ...(route !== undefined && { route }),
    returnTo: `https://${host}/page?q=1`,
    nonceHash: hashNonce(NONCE),
    issuedAt: nowOf(deps),
    ...over,
  });
  return `/.pomerium/sign_in?pomerium_request=${sealed}`;
}
