import type { Guard } from './guard.ts';

/** Sign-in on the service host: who is signed in to what, and where a browser is led. */

const LOGIN = 'packages/server/src/login/';

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file: `${LOGIN}${file}`,
  test: `${LOGIN}${test}`,
  ...rest,
});

export const loginGuards: readonly Guard[] = [
  row('kept-attempts.ts', 'callback.test.ts', {
    threat: '11 login CSRF',
    name: 'a callback counts for the attempt of its own state alone',
    guard: 'return attempt?.state === state ? attempt : undefined;',
    without: 'return attempt;',
    fails: 'is nothing with the cookie of another attempt under its name',
  }),
  row('callback.ts', 'callback.test.ts', {
    threat: '11 login CSRF',
    name: 'a callback has one state',
    guard: 'state === undefined || another !== undefined ? undefined',
    without: 'state === undefined ? undefined',
    fails: 'is nothing with two states, one of which is ours',
  }),
  row('callback.ts', 'callback.test.ts', {
    threat: '11 code injection',
    name: 'an attempt is answered once',
    guard: 'if (attempt.spent) return comeBack(deps, request, attempt);',
    without: '',
    fails: 'happens once',
  }),
  row('callback.ts', 'callback.test.ts', {
    threat: '11 code injection',
    name: 'an attempt has its time',
    guard: 'if (provider === undefined || age > ATTEMPT_LIFE) {',
    without: 'if (provider === undefined) {',
    fails: 'took too long',
  }),
  row('kept-attempts.ts', 'kept-attempts.test.ts', {
    threat: '17 exhaustion',
    name: 'a browser keeps no more attempts than its requests may carry',
    guard: 'left < 0',
    without: 'left < -1e9',
    fails: 'are bounded in all',
  }),
  row('callback.ts', 'callback.test.ts', {
    threat: '11 code injection',
    name: 'a failed answer leaves no attempt to try another code on',
    guard: "answer.error === 'unreachable' ?",
    without: 'answer.error ?',
    fails: 'because the provider’s answer is malformed',
  }),
  row('own-place.ts', 'sign-in.test.ts', {
    threat: '11 open redirect',
    name: 'an own place is a path of this host',
    guard: '&& OWN_PATH.test(path) ?',
    without: '?',
    fails: 'is nothing with the place //evil.example',
  }),
  row('destination.ts', 'sign-in.test.ts', {
    threat: '11 open redirect',
    name: 'a request that was kept leads nowhere by itself',
    guard: '? { state: opened.state, to:',
    without: "? { state: 'open', to:",
    fails: 'is nothing with a request that was kept',
  }),
  row('providers-for.ts', 'sign-in.test.ts', {
    threat: '18 tenants',
    name: 'the administrator of the site is nobody on a route',
    guard: "if (token.principal.kind === 'administrator') return to.kind === 'own';",
    without: "if (token.principal.kind === 'administrator') return true;",
    fails: 'as the administrator has no business on a route',
  }),
  row('providers-for.ts', 'sign-in.test.ts', {
    threat: '18 tenants',
    name: 'a session of another provider is not used for a route',
    guard: 'return providers.some(({ id }) => id === token.issuer);',
    without: 'return true;',
    fails: 'is asked for again where the session is of another than fits',
  }),
  row('change.ts', 'leaving.test.ts', {
    threat: '11 request forgery',
    name: 'a change comes from a page of ours',
    guard: 'isSameOrigin(request, deps.snapshot().service.url)',
    without: 'true',
    fails: 'is refused at /.pomerium/sign_out',
  }),
  row('leave.ts', 'leaving.test.ts', {
    threat: '10 cookies',
    name: 'a browser that signs out keeps no cookie of the session',
    guard: 'const cookies = [noSessionCookie(deps)];',
    without: 'const cookies: string[] = [];',
    fails: 'ends the session everywhere',
  }),
  row('sign-out.ts', 'leaving.test.ts', {
    threat: '11 open redirect',
    name: 'the way back after a sign-out was sealed here',
    guard: 'const left = sealed === undefined ? undefined : openLeft(deps.keys.sealing.redirect, sealed);',
    without: 'const left = sealed === undefined ? undefined : { returnTo: sealed };',
    fails: 'leads nowhere that was not sealed',
  }),
  row('break-glass.ts', 'break-glass.test.ts', {
    threat: '10 administrator token',
    name: 'break-glass wants the administrator token',
    guard: 'if (!timingSafeEqual(hashOf(shown), adminTokenHash)) {',
    without: 'if (shown === adminTokenHash.toString()) {',
    fails: 'is not whoever shows',
  }),
  row('change.ts', 'break-glass.test.ts', {
    threat: '14 guessing',
    name: 'who fails too often at our pages is not looked at',
    guard: 'if (wait > 0) return refuse(',
    without: 'if (wait > 1e9) return refuse(',
    fails: 'is not guessed',
  }),
  row('reachable.ts', 'leaving.test.ts', {
    threat: '13 pages',
    name: 'what can be reached is told to whom it is about',
    guard:
      "  if (session === 'none') return leadOn(302, signInLocation(deps, PATHS.routes + filter.query));\n",
    without:
      "  if (session === 'none') return pageAnswer(routesPage({ routes: [], action: PATHS.routes }), { status: 200 });\n",
    fails: 'is nobody else’s to see',
  }),
];
