import type { Guard } from './guard.ts';

/** Route hosts for people: who is led to sign-in, what comes back, where a value may go. */

const SERVER = 'packages/server/src/';
const ROUTE_HOST = `${SERVER}programmatic/route-host/`;
const GATEWAY = `${SERVER}gateway/`;

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const REDIRECT_URI = [`${ROUTE_HOST}redirect-uri.ts`, `${ROUTE_HOST}redirect-uri.test.ts`] as const;
const CALLBACK = [`${ROUTE_HOST}callback.ts`, `${ROUTE_HOST}callback.test.ts`] as const;
const DECIDE = [`${GATEWAY}decide.ts`, `${GATEWAY}sign-in.test.ts`] as const;
const NAVIGATION = [`${SERVER}http/navigation.ts`, `${GATEWAY}sign-in.test.ts`] as const;
const CARRIER = [
  `${GATEWAY}credential/session-cookie.ts`,
  `${GATEWAY}credential/credential.test.ts`,
] as const;

const redirects: readonly Guard[] = [
  row(...REDIRECT_URI, {
    threat: '11 open redirect',
    name: 'a program has its person sent back to listed hosts alone',
    guard: 'return isListed(url.hostname, hosts) ? url.href : undefined;',
    without: 'return url.href;',
    fails: 'https://evil.example',
  }),
  row(...REDIRECT_URI, {
    threat: '11 open redirect',
    name: 'a listed host is compared as a whole',
    guard: 'if (hosts.includes(hostname)) return true;',
    without: 'if (hosts.some((host) => hostname.startsWith(host))) return true;',
    fails: 'https://app.example.evil.example',
  }),
  row(...REDIRECT_URI, {
    threat: '11 open redirect',
    name: 'loopback is an address and not the beginning of a name',
    guard: String.raw`/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/`,
    without: String.raw`/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}/`,
    fails: 'http://127.0.0.1.evil.example/',
  }),
  row(...REDIRECT_URI, {
    threat: '11 open redirect',
    name: 'loopback is listed by its name, and else not at all',
    guard: "return hosts.includes('localhost') && isLoopback(hostname);",
    without: 'return isLoopback(hostname);',
    fails: 'are loopback addresses only where localhost is listed',
  }),
  row(...CALLBACK, {
    threat: '11 open redirect',
    name: 'the way back is on the host that asks',
    guard: 'return returnTo?.startsWith(own) === true && PLAIN.test(returnTo) ? returnTo : undefined;',
    without: 'return returnTo;',
    fails: 'never goes to another host, whatever was sealed',
  }),
  row(`${ROUTE_HOST}callback.ts`, `${ROUTE_HOST}way-back.test.ts`, {
    threat: '11 open redirect',
    name: 'the way back holds nothing that browsers drop or that ends a header',
    guard: ' && PLAIN.test(returnTo)',
    without: '',
    fails: '"https://app.example/é" with port undefined is /',
  }),
  row(`${SERVER}sessions/begin-sign-in.ts`, `${SERVER}sessions/begin-sign-in.test.ts`, {
    threat: '16 bounds',
    name: 'few nonces of a browser are looked at',
    guard: 'scheme), MAX_NONCES);',
    without: 'scheme), Infinity);',
    fails: 'are so many that are looked at, whatever somebody writes into his own',
  }),
  row(`${GATEWAY}visitor.ts`, `${ROUTE_HOST}pages.test.ts`, {
    threat: '18 tenants',
    name: 'what is looked for is shown to whom it is open alone',
    guard: 'if (isWanted(route) && isOpen(route))',
    without: 'if (isWanted(route))',
    fails: 'list what the person can reach, and nothing else',
  }),
  row(`${SERVER}pages/route-filter.ts`, `${SERVER}pages/route-filter.test.ts`, {
    threat: '16 bounds',
    name: 'what is looked for among routes is short',
    guard: 'typed.slice(0, MAX_FILTER)',
    without: 'typed',
    fails: 'is cut where nobody would type on',
  }),
  row(...CALLBACK, {
    threat: '11 sign-in',
    name: 'a code that came twice is none',
    guard: 'if (code === undefined || codes.length > 1)',
    without: 'if (code === undefined || codes.length > 2)',
    fails: 'never takes one of two codes',
  }),
  row(`${SERVER}sessions/sign-in-request.ts`, `${ROUTE_HOST}login.test.ts`, {
    threat: '11 sign-in',
    name: 'a sealed request is good for minutes',
    guard: 'age <= SIGN_IN_REQUEST_LIFE + LEEWAY && age >= -LEEWAY',
    without: 'age <= Infinity',
    fails: 'is good for minutes',
  }),
];

const visitors: readonly Guard[] = [
  row(`${GATEWAY}visitor.ts`, `${ROUTE_HOST}pages.test.ts`, {
    threat: '12 key separation',
    name: 'what opens another host is nobody on pages of this one',
    guard: "if (!isMeant) return { kind: 'refused', code: 'credential.audience' };",
    without: '',
    fails: 'are not shown for the cookie of another host',
  }),
  row(`${GATEWAY}visitor.ts`, `${ROUTE_HOST}pages.test.ts`, {
    threat: '18 organizations',
    name: 'routes of an organization that does not know the person are not listed',
    guard: "if (speaker === undefined && route.access !== 'public') return false;",
    without: '',
    fails: 'list what the person can reach, and nothing else',
  }),
  row(`${GATEWAY}visitor.ts`, `${ROUTE_HOST}pages.test.ts`, {
    threat: '13 pages',
    name: 'routes whose policy refuses the person are not listed',
    guard: "return evaluate(route.policy, facts).effect === 'allow';",
    without: "return evaluate(route.policy, facts).effect !== 'deny' || speaker !== undefined;",
    fails: 'list what the person can reach, and nothing else',
  }),
];

const navigations: readonly Guard[] = [
  row('packages/core/src/route/session-cookie.ts', 'packages/core/src/route/upstream-headers.test.ts', {
    threat: '11 sessions',
    name: 'an upstream is not shown what a sign-in under way keeps',
    guard: 'written.startsWith(`${plain}_s_`) || written.startsWith(`${plain}_n_`)',
    without: 'false',
    fails: 'takes the session out of the cookies',
  }),
  row('packages/core/src/route/session-cookie.ts', 'packages/core/src/route/upstream-headers.test.ts', {
    threat: '11 sessions',
    name: 'an upstream does not set what a sign-in under way keeps',
    guard: 'written.startsWith(`${plain}_s_`) || written.startsWith(`${plain}_n_`)',
    without: 'false',
    fails: 'does not let an upstream set our session',
  }),
  row(...NAVIGATION, {
    threat: '13 pages',
    name: 'what a form sends is not led to sign-in',
    guard: "if (method !== 'GET' && method !== 'HEAD') return false;",
    without: '',
    fails: 'a form is told that somebody has to be there',
  }),
  row(...NAVIGATION, {
    threat: '13 pages',
    name: 'what a script asks for is not led to sign-in',
    guard: "if (headers.some(([name]) => name.toLowerCase() === 'x-requested-with')) return false;",
    without: '',
    fails: 'a script that says so is told that somebody has to be there',
  }),
  row(...DECIDE, {
    threat: '13 pages',
    name: 'a WebSocket is not led to sign-in',
    guard: 'if (request.websocket || !isNavigation(',
    without: 'if (!isNavigation(',
    fails: 'a WebSocket is told that somebody has to be there',
  }),
  row(...DECIDE, {
    threat: '11 sessions',
    name: 'a cookie that is over still meets a deny',
    guard: "  const decided = decideWithoutToken(deps, asked, 'none');\n",
    without:
      "  const decided = asked.route.access === 'public' ? passed(asked, { spentCarriers: [] }) : decideWithoutToken(deps, asked, 'none');\n",
    fails: 'that is over still meets a deny',
  }),
  row(...DECIDE, {
    threat: '14 storage',
    name: 'a cookie is not taken for dead while storage is silent',
    guard: "credential.carrier === 'cookie' && recognised.state !== 'unavailable'",
    without: "credential.carrier === 'cookie'",
    fails: 'is not taken for dead when storage is silent',
  }),
  row(`${GATEWAY}decide.ts`, `${GATEWAY}sign-in.test.ts`, {
    threat: '17 WebSocket',
    name: 'a cookie opens a WebSocket for pages of its own host alone',
    guard: 'carrier: credential.carrier,',
    without: "carrier: 'x-pomerium-authorization',",
    fails: 'opens a WebSocket for pages of its own host alone',
  }),
  row(...CARRIER, {
    threat: '11 sessions',
    name: 'a cookie with what is no session is none',
    guard: "value?.startsWith('css_') === true && hasOpaqueForm(value)",
    without: 'value !== undefined && hasOpaqueForm(value)',
    fails: 'with what is no session is none',
  }),
  row(`${SERVER}http/cookies.ts`, `${GATEWAY}credential/credential.test.ts`, {
    threat: '11 sessions',
    name: 'of two cookies of our name neither counts',
    guard: 'if (found !== undefined) return undefined;',
    without: 'if (found !== undefined) return found;',
    fails: 'that came twice is none',
  }),
];

export const routeHostGuards: readonly Guard[] = [...redirects, ...visitors, ...navigations];
