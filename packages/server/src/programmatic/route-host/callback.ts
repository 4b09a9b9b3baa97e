import { originOf as traceOf } from '../../audit/origin.ts';
import { setCookie } from '../../http/cookies.ts';
import type { Answer } from '../../http/message.ts';
import { noncesOf, originOf, withoutNonce } from '../../sessions/begin-sign-in.ts';
import { MAX_USER_AGENT, type Device, type HandedOver } from '../../sessions/model.ts';
import { nowOf, type RouteHostDeps, type RouteHostRequest } from './model.ts';
import { problem, recordRefusal } from './problem.ts';

/**
 * `/.pomerium/callback/`: the browser comes back from the service host with a code. It is taken only from the browser
 * that this host sent there, and leads on to where that was; whatever else happens is a page that says so, and never
 * another redirect to sign-in, which could go on for ever in a browser that keeps no cookies.
 */
export async function callback(deps: RouteHostDeps, asked: RouteHostRequest): Promise<Answer> {
  const codes = new URLSearchParams(asked.request.query).getAll('pomerium_code');
  const home = { label: 'Go on', href: `${originOf(placeOf(asked))}/` };
  const [code] = codes;
  if (code === undefined || codes.length > 1)
    return problem(recordRefusal(deps, asked, 'sign_in.expired'), home);
  const nonces = noncesOf(asked.headers, cookiesOf(deps, asked));
  const handed = await deps.sessions.redeem(code, { host: asked.host, nonces, device: deviceOf(asked) });
  if (handed.ok) return signedIn(deps, asked, handed.value);
  const returnTo = wayBack(asked, handed.error.returnTo);
  // The back button, or a page that was loaded twice: there is somebody already, and nothing to tell them. Nor does it say
  // more to whoever was sent this address: they go where any link to this host would lead them.
  if (returnTo !== undefined && handed.error.code !== 'server.storage') {
    const visitor = await deps.visitors.of(asked.host, asked.headers);
    if (visitor.kind === 'somebody') return redirect(returnTo, []);
  }
  return problem(handed.error, returnTo === undefined ? home : { label: 'Try again', href: returnTo });
}

function signedIn(deps: RouteHostDeps, asked: RouteHostRequest, handed: HandedOver): Answer {
  const { sessionCookie, scheme } = cookiesOf(deps, asked);
  const maxAge = Math.max(0, handed.expiresAt - nowOf(deps));
  return redirect(wayBack(asked, handed.returnTo) ?? '/', [
    setCookie(sessionCookie, handed.value, { scheme, maxAge }),
    withoutNonce(handed.nonce, { sessionCookie, scheme }),
  ]);
}

function redirect(location: string, cookies: readonly string[]): Answer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, cookies, body: '' };
}

/**
 * Sealed by us, and all the same never to another host (threat 11): whoever may seal may not send people away. Nor is anything
 * in it that browsers drop from an address, or that ends a header (WHATWG URL section 4.4, RFC 9110 section 5.5).
 */
function wayBack(asked: RouteHostRequest, returnTo: string | undefined): string | undefined {
  const own = `${originOf(placeOf(asked))}/`;
  return returnTo?.startsWith(own) === true && PLAIN.test(returnTo) ? returnTo : undefined;
}

const PLAIN = /^[!-~]+$/;

function placeOf({ host, scheme, port }: RouteHostRequest) {
  return { host, scheme, ...(port !== undefined && { port }) };
}

function cookiesOf({ snapshot }: RouteHostDeps, { scheme }: RouteHostRequest) {
  return { sessionCookie: snapshot().settings.sessionCookie, scheme };
}

function deviceOf({ request }: RouteHostRequest): Device {
  const agent = request.header('user-agent');
  const userAgent = typeof agent === 'string' ? agent.slice(0, MAX_USER_AGENT) : '';
  return { ...traceOf(request), userAgent };
}
