import type { Guard } from './guard.ts';

/** Sessions of people in browsers: who gets one, where it opens, what ends it. */

const SERVER = 'packages/server/src/';
const SESSIONS = `${SERVER}sessions/`;

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const HAND_OVER = [`${SESSIONS}hand-over.ts`, `${SESSIONS}hand-over.test.ts`] as const;
const OPEN = [`${SESSIONS}open-session.ts`, `${SESSIONS}open-session.test.ts`] as const;
const FURTHER = [`${SESSIONS}further-token.ts`, `${SESSIONS}end-session.test.ts`] as const;
const END = [`${SESSIONS}end-session.ts`, `${SESSIONS}end-session.test.ts`] as const;
const SEALING = [`${SERVER}keys/sealing-ring.ts`, `${SERVER}keys/sealing-ring.test.ts`] as const;
const BROWSER_SESSIONS = `${SERVER}storage/repositories/browser-sessions.ts`;

const codes: readonly Guard[] = [
  row(...HAND_OVER, {
    threat: '11 code injection',
    name: 'a hand-over code is nothing in a browser without the nonce',
    guard: 'nonces.find((one) => isOf(one, handed.nonceHash))',
    without: "(nonces[0] ?? 'none')",
    fails: 'is nothing in a browser that does not hold the nonce',
  }),
  row(...HAND_OVER, {
    threat: '11 code injection',
    name: 'a hand-over code is nothing at another host',
    guard: 'return handed.host === host && nonce !== undefined ?',
    without: 'return nonce !== undefined ?',
    fails: 'is nothing at another host',
  }),
  row(...HAND_OVER, {
    threat: '11 code injection',
    name: 'a hand-over code is good for seconds',
    guard: "if (age > HAND_OVER_LIFE + LEEWAY || age < -LEEWAY) return 'sign_in.expired';",
    without: '',
    fails: 'is good for seconds',
  }),
  row(...HAND_OVER, {
    threat: '7 replay',
    name: 'a hand-over code is used up by the commit of what it gives',
    guard: "mark: hash('sha256', code, 'base64url'),",
    without: "mark: hash('sha256', `${code}${Math.random()}`, 'base64url'),",
    fails: 'is good once, and what it gave stays good',
  }),
  row(`${SESSIONS}further-token.ts`, `${SESSIONS}hand-over.test.ts`, {
    threat: '11 sessions',
    name: 'a session that is over is handed over to nobody',
    guard: "standingOf(record).state === 'live' ? record : undefined",
    without: 'record ? record : undefined',
    fails: 'is nothing once somebody has revoked the sessions of the person',
  }),
];

const sealing: readonly Guard[] = [
  row(...SEALING, {
    threat: '7 replay',
    name: 'what is sealed has one spelling',
    guard: '|| !isCanonical(sealed.slice(0, at)) || !isCanonical(sealed.slice(at))',
    without: '',
    fails: 'opens nothing of which a character was changed',
  }),
  row(...SEALING, {
    threat: '12 key separation',
    name: 'what was sealed for one place opens at no other',
    guard: 'return `countersign:browser:${place}`;',
    without: 'return `countersign:browser:${place.slice(0, 0)}`;',
    fails: 'opens nothing at a place that it was not sealed for',
  }),
  row(...OPEN, {
    threat: '10 secrets',
    name: 'what the provider gave is sealed for its own row and column',
    guard: 'refreshToken: deps.vault.seal(refreshTokenPlace(id), refreshToken),',
    without: 'refreshToken,',
    fails: 'keeps what the provider gave sealed',
  }),
  row(`${SESSIONS}places.ts`, `${SESSIONS}open-session.test.ts`, {
    threat: '12 key separation',
    name: 'a refresh token that was copied to another session does not open there',
    guard: 'return `session:${session}:refresh_token`;',
    without: 'return `session:${session.slice(0, 0)}:refresh_token`;',
    fails: 'keeps what the provider gave sealed',
  }),
];

const tokens: readonly Guard[] = [
  row(...OPEN, {
    threat: '12 key separation',
    name: 'the cookie of the service host opens no route and no API',
    guard:
      '    resources: [serviceResource(deps)],\n    also: [insertSession(session)],\n  });\n  return opened.ok',
    without: '    also: [insertSession(session)],\n  });\n  return opened.ok',
    fails: 'is found by its value, is the person, and opens the service host alone',
  }),
  row(`${SESSIONS}create-sessions.ts`, `${SESSIONS}list-sessions.test.ts`, {
    threat: '11 sessions',
    name: 'a person is shown no session that many were ended with',
    guard: 'liveSessions(deps, session),',
    without: 'listSessions(deps, session),',
    fails: 'shows none that a mass revocation has ended, also where one has begun since',
  }),
  row(`${SESSIONS}create-sessions.ts`, `${SESSIONS}open-session.test.ts`, {
    threat: '12 key separation',
    name: 'what opens a route is no session of the service host',
    guard: "if (presented.state !== 'live' || !presented.token.resources.includes(own)) return 'none';",
    without: "if (presented.state !== 'live') return 'none';",
    fails: 'of a route host finds none',
  }),
  row(...FURTHER, {
    threat: '11 sessions',
    name: 'what a program carries opens one host',
    guard: 'resources: host === undefined ? [] : [hostResource(host)],',
    without: 'resources: [],',
    fails: 'is a signed value with a true end, for one host',
  }),
  row(...FURTHER, {
    threat: '11 sessions',
    name: 'no token is made for a session that has ended meanwhile',
    guard: 'bindings: [oneMoreToken(session.id, now), ...uses, ...room.unit],',
    without: 'bindings: [...uses, ...room.unit],',
    fails: 'leaves no token that was made while it was under way',
  }),
  row(...FURTHER, {
    threat: '16 bounds',
    name: 'a session has so many tokens at most',
    guard: 'if (tokens.length < MAX_TOKENS) return { unit: [], forget: () => {} };',
    without: 'if (tokens.length < 2 * MAX_TOKENS) return { unit: [], forget: () => {} };',
    fails: 'are bounded: the oldest ends for the newest',
  }),
  row(`${SERVER}snapshot/standing.ts`, `${SESSIONS}open-session.test.ts`, {
    threat: '3 escalation',
    name: 'the session of an administrator ends with the token that opened it',
    guard: 'return subject === administratorSubject(adminTokenHash);',
    without: "return subject !== '';",
    fails: 'is over when the configuration has another token',
  }),
];

const endings: readonly Guard[] = [
  row(`${SERVER}exchange/commit-token.ts`, `${SESSIONS}end-session.test.ts`, {
    threat: '3 escalation',
    name: 'a token of a session is not known as of before a refresh',
    guard: 'if (session === undefined) deps.table.insert(hash, token);',
    without: 'deps.table.insert(hash, token);',
    fails: 'speak as refreshed also where the refresh came while one was made',
  }),
  row(...END, {
    threat: '11 sessions',
    name: 'the end of a session is the end of every token of it',
    guard: 'tokens.flatMap(({ hash }) => endOfToken(hash, now))',
    without: 'tokens.slice(0, 1).flatMap(({ hash }) => endOfToken(hash, now))',
    fails: 'ends every token of it and no other session',
  }),
  row(BROWSER_SESSIONS, `${SESSIONS}end-session.test.ts`, {
    threat: '11 sessions',
    name: 'whoever ends a session has seen all of its tokens',
    guard: `'delete from "session" where "id" = ? and "tokens" = ?'`,
    without: `'delete from "session" where "id" = ? and "tokens" >= ? - 1000'`,
    fails: 'ends what was made after it had looked, by looking again',
  }),
  row(`${SESSIONS}create-sessions.ts`, `${SESSIONS}end-session.test.ts`, {
    threat: '3 escalation',
    name: 'a person ends their own sessions and nobody else’s',
    guard: "if (!listed.value.some((session) => session.id === id)) return err('unknown');",
    without: '',
    fails: "cannot end another's, nor learn that it is there",
  }),
  row(`${SERVER}audit/verify-sessions.ts`, `${SESSIONS}end-session.test.ts`, {
    threat: '14 trail',
    name: 'who a session speaks as is what an event says',
    guard: 'if (said.settled?.digest !== digest && !said.young.includes(digest))',
    without: 'if (digest === undefined)',
    fails: 'are whom the provider last said',
  }),
  row(`${SERVER}audit/verify-sessions.ts`, `${SESSIONS}end-session.test.ts`, {
    threat: '14 trail',
    name: 'a session that somebody refreshed by hand is found',
    guard: 'if (said === undefined) return unnamed(`no event refreshed the session ${id}`);',
    without: 'if (said === undefined) continue;',
    fails: 'that somebody refreshed by hand are found',
  }),
];

export const sessionGuards: readonly Guard[] = [...codes, ...sealing, ...tokens, ...endings];
