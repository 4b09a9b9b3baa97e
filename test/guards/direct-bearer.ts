import type { Guard } from './guard.ts';

/** Tokens of others that a route takes as they are. */

const S = 'packages/server/src';
const F = `${S}/gateway/foreign`;
const ISSUERS = `${F}/issuers.test.ts`;
const SESSIONS = `${F}/sessions.test.ts`;
const BOUNDS = `${F}/bounds.test.ts`;

type Row = Pick<Guard, 'threat' | 'name' | 'guard' | 'without' | 'fails'>;

const row = (file: string, test: string, guard: Row): Guard => ({ file, test, ...guard });

/** Who it speaks as, and for how long. */
const granted: readonly Guard[] = [
  row('packages/core/src/exchange/direct.ts', 'packages/core/src/exchange/direct.test.ts', {
    threat: '3',
    name: 'nobody chooses between two targets',
    guard: 'if (another || worthAsking.length > MAX_CANDIDATES)',
    without: 'if (worthAsking.length > MAX_CANDIDATES)',
    fails: 'speaks as none of several',
  }),
  row('packages/core/src/exchange/direct.ts', 'packages/core/src/exchange/direct.test.ts', {
    threat: '16',
    name: 'a token is asked for so many targets',
    guard: ' || worthAsking.length > MAX_CANDIDATES',
    without: '',
    fails: 'is asked for so many targets and no more',
  }),
  row('packages/core/src/exchange/direct.ts', 'packages/core/src/exchange/direct.test.ts', {
    threat: '3',
    name: 'a presented token is no administrator',
    guard: "const ORGANIZATION: Target = { type: 'organization', admin: false };",
    without: "const ORGANIZATION: Target = { type: 'organization', admin: true };",
    fails: 'never speaks as the administrator',
  }),
  row(`${S}/exchange/present-subject-token.ts`, ISSUERS, {
    threat: '3',
    name: 'a presented token opens nothing after its end',
    guard: 'expiryLeeway: 0,',
    without: '',
    fails: 'is a token that has expired within the leeway',
  }),
  row(`${S}/exchange/present-subject-token.ts`, ISSUERS, {
    threat: '3',
    name: 'a presented token says when it was issued',
    guard: 'maxAge: issuer.maxTokenAge ?? Infinity,',
    without: 'maxAge: issuer.maxTokenAge as number,',
    fails: 'is a token that does not say when it was issued',
  }),
  row(`${S}/exchange/exchange-id-token.ts`, `${F}/id-tokens.test.ts`, {
    threat: '3',
    name: 'a presented id_token says when it was issued',
    guard: '...(call.presented && { maxAge: Infinity }),',
    without: '',
    fails: 'does not pass when it does not say when it was issued',
  }),
  row(`${S}/exchange/present-subject-token.ts`, SESSIONS, {
    threat: '3',
    name: 'the life of a presented token is counted from when it was issued',
    guard: 'now: issuedAt,',
    without: 'now,',
    fails: 'is counted from when it was issued',
  }),
  row(`${S}/exchange/present-subject-token.ts`, ISSUERS, {
    threat: '3',
    name: 'a disabled issuer vouches for nothing on routes',
    guard: 'if (!directory || issuer.disabled)',
    without: 'if (!directory)',
    fails: 'is anything of an issuer that is disabled',
  }),
  row(`${S}/exchange/present-subject-token.ts`, SESSIONS, {
    threat: '7',
    name: 'a session uses up a token that counts once',
    guard: 'mark: replayMark(issuer, token),',
    without: '',
    fails: 'gives no access token for one that has opened a route',
  }),
];

const ended: readonly Guard[] = [
  row(`${S}/exchange/present-subject-token.ts`, SESSIONS, {
    threat: '3',
    name: 'a clock that runs ahead lifts no token over a revocation',
    guard: 'issuedAt: Math.min(now, issuedAt)',
    without: 'issuedAt',
    fails: 'is a mass revocation of issuer, policy, subject or principal',
  }),
  row(`${S}/exchange/presented-session.ts`, SESSIONS, {
    threat: '3',
    name: 'a revoked subject token begins no session',
    guard: 'if (deps.massRevocations.endedUntil(order) >= order.issuedAt)',
    without: 'if (deps === undefined)',
    fails: 'is a mass revocation of issuer, policy, subject or principal',
  }),
  row(`${S}/exchange/commit-token.ts`, `${S}/exchange/commit-token.test.ts`, {
    threat: '3',
    name: 'the session of a presented token is as old as the token',
    guard: 'presented || session !== undefined ? rest.issuedAt : bornAfter(deps, rest)',
    without: 'session !== undefined ? rest.issuedAt : bornAfter(deps, rest)',
    fails: 'is as old as its token',
  }),
  row(`${S}/exchange/commit-token.ts`, `${S}/exchange/commit-token.test.ts`, {
    threat: '7',
    name: 'a session that requests count on is not withdrawn',
    guard: 'if (!mark || presented)',
    without: 'if (!mark)',
    fails: 'cannot be withdrawn',
  }),
  row(`${S}/exchange/presented-session.ts`, SESSIONS, {
    threat: '7',
    name: 'the second of two ECDSA signatures is the same session',
    guard: "const signed = hash('sha256', signingInput, 'base64url');",
    without:
      "const signed = hash('sha256', signingInput, 'base64url') + arguments[1].signature.toString('hex');",
    fails: 'is its revocation',
  }),
  row(`${F}/index.ts`, SESSIONS, {
    threat: '3',
    name: 'what was decided under another configuration is decided anew',
    guard: '(source && known.generation === generation)',
    without: 'source',
    fails: 'is a configuration that would not let it in',
  }),
  row(`${S}/gateway/decide.ts`, SESSIONS, {
    threat: '3',
    name: 'what stays open by a presented token asks again',
    guard: 'return () => deps.foreign.again(shown);',
    without: "return () => ({ state: 'live', token: shown as never });",
    fails: 'is seen by whatever has been let in and stays open',
  }),
];

/** Whose tokens a route takes. */
const taken: readonly Guard[] = [
  row(`${F}/index.ts`, ISSUERS, {
    threat: '2',
    name: 'a known token is known on routes that name its issuer',
    guard: 'const source = known && byId.get(known.source);',
    without: 'const source = known && [...byId.values()][0];',
    fails: 'is a token of an issuer that only another route names',
  }),
  row(`${F}/sources.ts`, `${F}/sources.test.ts`, {
    threat: '18',
    name: 'no issuer of an organization that the route does not have',
    guard: 'route.organizations.includes(of) ? organizations.get(of) : undefined',
    without: 'organizations.get(of)',
    fails: 'are never those of an organization that the route does not have',
  }),
  row(`${F}/sources.ts`, `${F}/sources.test.ts`, {
    threat: '18',
    name: 'no provider that speaks for other organizations',
    guard: '.filter(({ organizations }) => organizations.some((name) => route.organizations.includes(name)))',
    without: '',
    fails: 'are the providers that speak for one of its organizations',
  }),
  row(`${S}/gateway/credential/form.ts`, `${S}/gateway/credential/credential.test.ts`, {
    threat: '9',
    name: 'a JWT is ours only where the route takes tokens of others',
    guard: 'return foreign && hasJwtForm(value)',
    without: 'return hasJwtForm(value)',
    fails: 'leaves a signed token with another issuer to the upstream',
  }),
  row(`${S}/config/route-issuers.ts`, `${S}/config/route-issuers.test.ts`, {
    threat: '2',
    name: 'an iss is one issuer on a route',
    guard: 'if (!seen.has(key)) {',
    without: 'if (key) {',
    fails: 'are never two of one URL',
  }),
  row(`${S}/config/route-issuers.ts`, `${S}/config/route-issuers.test.ts`, {
    threat: '18',
    name: 'issuers of a route are of its organizations',
    guard: 'if (organizationsOf(outline, route).includes(organization.name)) return [];',
    without: 'if (organization.name) return [];',
    fails: 'are not globex/ci',
  }),
];

/** What a flood costs. */
const bounds: readonly Guard[] = [
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '16',
    name: 'who sends bad tokens waits before another signature is looked at',
    guard: 'before ? 0 : deps.failures.wait(remoteAddress)',
    without: '0',
    fails: 'has to wait before another signature is looked at',
  }),
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '16',
    name: 'a known token does not wait for the failures of others',
    guard: 'before ? 0 : deps.failures.wait(remoteAddress)',
    without: 'deps.failures.wait(remoteAddress)',
    fails: 'costs nobody anything whose token is known',
  }),
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '16',
    name: 'a token of nobody is a failure',
    guard: "deps.failures.failed(remoteAddress);\n      return { state: 'invalid' };",
    without: "return { state: 'invalid' };",
    fails: 'has to wait as well for tokens that name nobody',
  }),
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '16',
    name: 'a bad token is verified once in a while',
    guard: 'memory.refuse(key, { ...under, answer }, deps.clock.now());',
    without: '',
    fails: 'is verified once in five seconds',
  }),
  row(`${F}/exchanges.ts`, ISSUERS, {
    threat: '16',
    name: 'a burst with one token is one exchange',
    guard: 'if (shared) return shared;',
    without: '',
    fails: 'is exchanged once by a hundred requests',
  }),
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '16',
    name: 'so many exchanges at once',
    guard: "if (flights.size >= MAX_EXCHANGES) return { state: 'unavailable' };",
    without: '',
    fails: 'are exchanged so many at once and no more',
  }),
  row(`${F}/exchanges.ts`, BOUNDS, {
    threat: '3',
    name: 'nobody joins an exchange of another configuration',
    guard: '`${generation} ${source.id} ${key}`',
    without: '`${source.id} ${key}`',
    fails: 'do not wait for an exchange that began under another configuration',
  }),
  row(`${F}/exchanges.ts`, ISSUERS, {
    threat: '14',
    name: 'what cannot be told is not remembered',
    guard: 'if (isTransient(answer.code)) return answer;',
    without: '',
    fails: 'is 503 while the keys cannot be had',
  }),
  row(`${F}/index.ts`, BOUNDS, {
    threat: '3',
    name: 'a refusal is of one configuration',
    guard: 'if (refused?.generation === generation && ',
    without: 'if (refused && ',
    fails: 'is looked at again as soon as the configuration is another',
  }),
  row(`${F}/memory.ts`, BOUNDS, {
    threat: '16',
    name: 'bad tokens push out no good ones',
    guard: 'createBoundedCache<Refused>(mostRefused)',
    without: '(sessions as never)',
    fails: 'pushes no good token out of memory',
  }),
];

export const directBearerGuards: readonly Guard[] = [...granted, ...ended, ...taken, ...bounds];
