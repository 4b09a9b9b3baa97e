import type { Guard } from './guard.ts';

/** Tokens that are made over the API, and when tokens are used. */

const SERVER = 'packages/server/src/';
const ADMINISTRATION = `${SERVER}administration/`;

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const order = (rest: Omit<Guard, 'file' | 'test'>): Guard =>
  row(`${ADMINISTRATION}token-orders.ts`, `${ADMINISTRATION}token-orders.test.ts`, rest);

const making = (rest: Omit<Guard, 'file' | 'test'>): Guard =>
  row(`${ADMINISTRATION}make-token.ts`, `${ADMINISTRATION}make-token.test.ts`, rest);

const who: readonly Guard[] = [
  order({
    threat: '3 escalation',
    name: 'a token of the organization is its administrators’ to make',
    guard: "    case 'organization':\n    case 'service':\n      return administers;",
    without: "    case 'organization':\n      return true;\n    case 'service':\n      return administers;",
    fails: 'is told by whom it would speak as',
  }),
  order({
    threat: '3 escalation',
    name: 'a token of a team is for those who look after it',
    guard: 'return administers || looksAfterTeam(snapshot, principal, organization, target.team);',
    without: 'return true;',
    fails: 'is told by whom it would speak as',
  }),
  order({
    threat: '3 escalation',
    name: 'nobody makes a token that is somebody else',
    guard: 'memberOf(snapshot, principal)?.login === target.login',
    without: 'memberOf(snapshot, principal) !== undefined',
    fails: 'is told by whom it would speak as',
  }),
  order({
    threat: '3 escalation',
    name: 'a token that ends makes none that outlives it',
    guard: '  if (expiresAt > token.expiresAt) {',
    without: '  if (expiresAt > Infinity) {',
    fails: 'ends with it at the latest',
  }),
  order({
    threat: '3 escalation',
    name: 'what ends a token ends those that were made with it',
    guard: 'return ok({ expiresAt, inherited: inheritedFrom(token) });',
    without: 'return ok({ expiresAt });',
    fails: 'is ended by all that ends it',
  }),
  order({
    threat: '3 escalation',
    name: 'a mass revocation up to noon reaches what was made in the afternoon of what was issued in the morning',
    guard: 'return { issuer, subject, claims, policies, issuedAt };',
    without: 'return { issuer, subject, claims, policies } as never;',
    fails: 'is ended by all that ends it',
  }),
  row(`${SERVER}api/operation.ts`, 'test/e2e/api-tokens.test.ts', {
    threat: '3 escalation',
    name: 'a team’s admin looks after its tokens, and not after the team',
    guard: '    operation.teamAdmins === true &&\n',
    without: '',
    fails: 'is looked after by the team’s admins',
  }),
  row(`${SERVER}api/made-tokens.ts`, `${SERVER}api/made-tokens.test.ts`, {
    threat: '3 escalation',
    name: 'a token that ends while a body comes leaves no heir',
    guard: 'const caller = await identifyCaller(deps, call.request);',
    without: 'const caller = { ok: true, value: call.caller } as Awaited<ReturnType<typeof identifyCaller>>;',
    fails: 'ended while the body came',
  }),
  row(`${SERVER}api/made-tokens.ts`, 'test/e2e/api-tokens.test.ts', {
    threat: '3 escalation',
    name: 'only what belongs to the path is ended by it',
    guard: 'if (!stored || !isMeant(stored.record)) return',
    without: 'if (!stored) return',
    fails: 'is its person, and theirs alone to see and to end',
  }),
];

const life: readonly Guard[] = [
  row(`${ADMINISTRATION}made-token.ts`, `${ADMINISTRATION}made-token.test.ts`, {
    threat: '3 escalation',
    name: 'no mass revocation that is forgotten in a year is needed to keep a token ended',
    guard: "issuer: MADE_BY_API, subject: ''",
    without: "issuer: MADE_BY_API, subject: 'api'",
    fails: 'nothing that a mass revocation forgets',
  }),
  row(`${SERVER}storage/repositories/sweep.ts`, `${SERVER}audit/sweeps-endless.test.ts`, {
    threat: '3 escalation',
    name: 'what ended tokens that may live for ever is kept for ever',
    guard: `and ("organization" = '' or "value" like 'idn_%' or "kind" in ('issuer', 'policy', 'subject') and "value" <> 'api')`,
    without: '',
    fails: 'retention keeps for good what ended tokens',
  }),
  row(`${SERVER}snapshot/standing.ts`, `${SERVER}snapshot/standing.test.ts`, {
    threat: '3 escalation',
    name: 'what the API made is suspended with whom it speaks as',
    guard: 'if (token.issuer === MADE_BY_API) return principalStands(organization, token.principal);',
    without: 'if (token.issuer === MADE_BY_API) return true;',
    fails: 'that the API made for a team that is gone',
  }),
  row(`${ADMINISTRATION}made-token.ts`, `${ADMINISTRATION}make-token.test.ts`, {
    threat: '3 escalation',
    name: 'a token that counts from a time that is over is not made',
    guard: '  if (ended < minted.record.issuedAt) return minted;',
    without: '  if (ended < Infinity) return minted;',
    fails: 'is not made where it would count from a time that is over',
  }),
  making({
    threat: '3 escalation',
    name: 'no token is left of a team that is deleted while it is made',
    guard: '    sameObjectsVersion(version),\n',
    without: '',
    fails: 'is decided anew when something was changed',
  }),
  making({
    threat: '16 bounds',
    name: 'so many live tokens speak as one principal',
    guard: '< MAX_LIVE_TOKENS) return undefined;',
    without: '< Infinity) return undefined;',
    fails: 'ends at so many live tokens',
  }),
  row(`${SERVER}storage/repositories/made-tokens.ts`, `${ADMINISTRATION}make-token.test.ts`, {
    threat: 'house',
    name: 'a name is given once',
    guard: 'return { ...INSERT_MADE_TOKEN(row), changes: 1 };',
    without: 'return INSERT_MADE_TOKEN(row);',
    fails: 'is given once in an organization',
  }),
  row(`${SERVER}keys/ring-state.ts`, `${SERVER}keys/ring-state.test.ts`, {
    threat: '14 fail closed',
    name: 'a token that never expires stays ours, however often the ring is rotated',
    guard: '  checksum: Infinity,',
    without: '  checksum: 365 * DAY,',
    fails: 'keeps a retired key of checksum',
  }),
];

const trail: readonly Guard[] = [
  row(`${SERVER}audit/decision-writer.ts`, `${ADMINISTRATION}make-token.test.ts`, {
    threat: 'audit',
    name: 'the event that answers for a token has its number',
    guard: "issued === undefined ? makeId('evt') : eventOf(issued)",
    without: "issued === undefined ? makeId('evt') : makeId('evt')",
    fails: 'is answered for by an event',
  }),
  row(`${SERVER}audit/verify-rows.ts`, `${ADMINISTRATION}make-token.test.ts`, {
    threat: 'audit',
    name: 'who made a token cannot be changed afterwards',
    guard: '    if (!name || storedMadeTokenDigest(name) !== digest)\n',
    without: '    if (!name)\n',
    fails: 'has another maker',
  }),
];

const uses: readonly Guard[] = [
  row(`${SERVER}tokens/last-uses.ts`, `${SERVER}tokens/last-uses.test.ts`, {
    threat: '16 bounds',
    name: 'so many uses are remembered',
    guard: 'used.size >= MAX_USED || ',
    without: '',
    fails: 'are bounded',
  }),
  row(`${SERVER}storage/repositories/last-uses.ts`, `${SERVER}tokens/last-uses.test.ts`, {
    threat: '16 bounds',
    name: 'no use is kept of a token that has been swept',
    guard: 'select "id", ? from "token" where "id" = ?',
    without: 'select ?2, ?1 where 1 = 1',
    fails: 'does not come when that has gone',
  }),
  row(`${SERVER}oauth/introspection.ts`, `${SERVER}oauth/introspection.test.ts`, {
    threat: 'house',
    name: 'who asks about a token does not use it',
    guard: 'await deps.inspect(value)',
    without: 'await deps.present(value)',
    fails: 'not of the one that it is asked about',
  }),
];

export const madeTokenGuards: readonly Guard[] = [...who, ...life, ...trail, ...uses];
