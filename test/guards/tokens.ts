import type { Guard } from './guard.ts';

/** Tokens and keys: what ends them, who hears of it, what a signature is good for. */

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file: `packages/${file}`,
  test: `packages/${test}`,
  ...rest,
});

const TOKENS = 'server/src/tokens/';
const KEYS = 'server/src/keys/';
const CORE = 'core/src/token/';
const FEED = 'server/src/snapshot/change-feed';

const revocation: readonly Guard[] = [
  row(`${TOKENS}present.ts`, `${TOKENS}present.test.ts`, {
    threat: '3 escalation',
    name: 'a mass revocation is compared at every use',
    guard: "return massRevocations.covers(token) ? REVOKED : { state: 'live', token };",
    without: "return massRevocations === undefined ? REVOKED : { state: 'live', token };",
    fails: 'is revoked although the table knows it',
  }),
  row(`${TOKENS}mass-revocations.ts`, `${TOKENS}mass-revocations.test.ts`, {
    threat: '14 fail closed',
    name: 'a mass revocation that finds no room ends more, never less',
    guard: 'size >= limit) {\n        own.everything = Math.max(own.everything, before);',
    without: 'size >= limit) {',
    fails: 'where there is no room for another',
  }),
  row(`${TOKENS}mass-revocations.ts`, `${TOKENS}mass-revocations.test.ts`, {
    threat: '16 bounds',
    name: 'so many mass revocations are told apart',
    guard: 'known === undefined && size >= limit',
    without: 'known === undefined && size < 0',
    fails: 'where there is no room for another',
  }),
  row(`${TOKENS}mass-revocations.ts`, `${TOKENS}mass-revocations.test.ts`, {
    threat: '3 escalation',
    name: 'a late mass revocation gives no token back',
    guard: 'Math.max(known ?? before, before)',
    without: 'before',
    fails: 'the later, in whatever order',
  }),
  row(`${TOKENS}mass-revocations.ts`, `${TOKENS}mass-revocations.test.ts`, {
    threat: '18 tenants',
    name: 'a mass revocation ends tokens of its organization alone',
    guard: 'isSession(holder) : holder.organization === organization;',
    without: 'isSession(holder) : true;',
    fails: 'covers nobody else',
  }),
  row(`${TOKENS}revoke.ts`, `${TOKENS}revoke.test.ts`, {
    threat: '3 escalation',
    name: 'other processes hear of a revocation: deed and change are one commit',
    guard: "    insertChange('token.revoked', { hash: Buffer.from(hash).toString('base64url') }, at),\n",
    without: '',
    fails: 'is heard of by other processes',
  }),
  row(`${TOKENS}revoke.ts`, `${TOKENS}revoke.test.ts`, {
    threat: '14 fail closed',
    name: 'a mass revocation that is not on disk is not answered as one',
    guard: "if (!written.ok) return err('unavailable');",
    without: '',
    fails: 'when storage did not take it',
  }),
  row(`${TOKENS}apply-change.ts`, `${TOKENS}apply-change.test.ts`, {
    threat: '14 fail closed',
    name: 'a change that names no token is a fault, not a revocation of nothing',
    guard: 'if (hash.length !== SHA_256_BYTES)',
    without: 'if (hash.length > SHA_256_BYTES)',
    fails: 'throws for a change of kind token.revoked',
  }),
];

const hearing: readonly Guard[] = [
  row(`${TOKENS}present.ts`, `${TOKENS}present-hearing.test.ts`, {
    threat: '3 escalation',
    name: 'a process that has not heard of changes does not rely on its memory',
    guard: 'if (feed.stale()) return whenHeard(hash);',
    without: '',
    fails: 'asks before it relies on what it knows',
  }),
  row(`${TOKENS}present.ts`, `${TOKENS}present-hearing.test.ts`, {
    threat: '14 fail closed',
    name: 'a process that cannot hear lets nobody in',
    guard: 'if (feed.stale()) return UNAVAILABLE;',
    without: '',
    fails: 'says unavailable, never live',
  }),
  row(`${FEED}.ts`, `${FEED}.test.ts`, {
    threat: '3 escalation',
    name: 'a process has heard as of its question',
    guard: 'heardAt = since;',
    without: 'heardAt = clock.now();',
    fails: 'as of its question',
  }),
  row(`${FEED}.ts`, `${FEED}.test.ts`, {
    threat: '3 escalation',
    name: 'a change that could not be applied is not taken for heard',
    guard: 'if (!(await deps.apply(change)).ok) return false;',
    without: 'await deps.apply(change);',
    fails: 'has not heard while a change waits',
  }),
  row(`${FEED}.ts`, `${FEED}.test.ts`, {
    threat: '16 bounds',
    name: 'a change that nobody can read is not tried for ever',
    guard: 'seq = numberOf(row, seq);',
    without: '',
    fails: 'goes on after a change that cannot be read',
  }),
];

const signed: readonly Guard[] = [
  row(`${TOKENS}present.ts`, `${TOKENS}present-signed.test.ts`, {
    threat: '12 key separation',
    name: 'a key that is withdrawn takes the known tokens with it',
    guard: 'if (value.length > MAX_OPAQUE && !signed.namesKey(value)) return INVALID;',
    without: '',
    fails: 'is over with the key that signed it',
  }),
  row(`${TOKENS}present.ts`, `${TOKENS}present-signed.test.ts`, {
    threat: '16 bounds',
    name: 'a value that our ring has not signed never reaches storage',
    guard: 'if (value.length > MAX_OPAQUE) return signed.verify(value);',
    without: 'if (value.length > MAX_OPAQUE) return true;',
    fails: 'never reaches storage when our ring has not signed it',
  }),
  row(`${TOKENS}signed.ts`, `${TOKENS}present-signed.test.ts`, {
    threat: '12 key separation',
    name: 'an assertion is no access token, whichever ring signed it',
    guard: "return encode({ alg: 'ES256', typ, kid });",
    without: "return encode({ alg: 'ES256', typ: 'JWT', kid });",
    fails: 'does not become one by the ring of another purpose',
  }),
  row(`${TOKENS}signed.ts`, `${TOKENS}signed.test.ts`, {
    threat: '1 algorithms',
    name: 'a header says what ours says in exactly our words',
    guard: "const header = value.slice(0, value.indexOf('.'));",
    without:
      "const named = JSON.parse(Buffer.from(value.slice(0, value.indexOf('.')), 'base64url').toString()) as { kid: string };\n    const header = headerOf('at+jwt', named.kid);",
    fails: 'whose header says the same in other words',
  }),
  row(`${TOKENS}signed.ts`, `${TOKENS}signed.test.ts`, {
    threat: '12 key separation',
    name: 'what the ring of sessions signs is no access token, and the other way round',
    guard: "const sessionKeys = keysByHeader(session, 'session+jwt');",
    without: "const sessionKeys = keysByHeader(session, 'at+jwt');",
    fails: 'is of the ring and the type that it was made with',
  }),
  row(`${TOKENS}signed.ts`, `${TOKENS}signed.test.ts`, {
    threat: '16 bounds',
    name: 'a signed value that is shown has so many characters at most',
    guard: 'if (value.length > MAX_SIGNED) return undefined;',
    without: '',
    fails: 'is as long as it may be and no longer',
  }),
  row(`${TOKENS}signed.ts`, `${TOKENS}signed.test.ts`, {
    threat: '16 bounds',
    name: 'a signed value that is made can be shown',
    guard: "if (value.length > MAX_SIGNED) throw new RangeError('a signed token is too long');",
    without: '',
    fails: 'is as long as it may be and no longer',
  }),
  row(`${CORE}access-token-claims.ts`, `${CORE}access-token-claims.test.ts`, {
    threat: '10 in logs',
    name: 'a signed token tells strangers no email, name or groups',
    guard: 'principal: publicFacts(token.principal),',
    without: 'principal: principalFacts(token.principal),',
    fails: 'tells strangers no email',
  }),
  row(`${CORE}access-token-claims.ts`, `${CORE}access-token-claims.test.ts`, {
    threat: '2 audience',
    name: 'a signed token is never for nobody in particular',
    guard: 'token.resources.length > 0 ? token.resources.map(audienceOf) : [url]',
    without: 'token.resources.map(audienceOf)',
    fails: 'is for the service itself',
  }),
];

const table: readonly Guard[] = [
  row(`${CORE}project-claims.ts`, `${CORE}project-claims.test.ts`, {
    threat: '4 patterns',
    name: 'claims that are kept come from the token and not from the prototype',
    guard: 'Object.hasOwn(claims, key) ? claims[key] : undefined',
    without: 'claims[key]',
    fails: 'finds own members alone',
  }),
  row(`${TOKENS}people.ts`, `${TOKENS}people.test.ts`, {
    threat: '3 escalation',
    name: 'nobody becomes the person whose place in the table they take',
    guard: '    this.#joined[index] = undefined;\n    this.#texts.release',
    without: '    this.#texts.release',
    fails: 'leave nothing of a person behind',
  }),
  row(`${TOKENS}token-table.ts`, `${TOKENS}token-table.test.ts`, {
    threat: '3 escalation',
    name: 'a token keeps the resources it is limited to',
    guard: '...holder } = record;',
    without: 'resources: _limits, ...rest } = record;\n    const holder = { ...rest, resources: [] };',
    fails: 'does not take two tokens with other resources for one holder',
  }),
  row(`${TOKENS}packed-id.ts`, `${TOKENS}packed-id.test.ts`, {
    threat: '14 fail closed',
    name: 'two ids are kept as one number only when they are one',
    guard: 'if (token.slice(TOKEN.length) !== exchange.slice(EXCHANGE.length)) return undefined;',
    without: '',
    fails: 'are not made of another number',
  }),
  row(`${TOKENS}present.ts`, `${TOKENS}present.test.ts`, {
    threat: '14 fail closed',
    name: 'what a policy sees does not depend on where a token was found',
    guard: 'judge(deps, table.kept(record))',
    without: 'judge(deps, record)',
    fails: 'has the same claims whether it was known or looked up',
  }),
];

const keys: readonly Guard[] = [
  row(`${KEYS}key-admin.ts`, `${KEYS}key-admin.test.ts`, {
    threat: '12 key separation',
    name: 'a key signs only when it has been published for a day',
    guard: "if (!force && !isRipe(before, now)) return err('too_young');",
    without: '',
    fails: 'has to wait until the next key has been published',
  }),
  row(`${KEYS}key-admin.ts`, `${KEYS}key-admin.test.ts`, {
    threat: '14 fail closed',
    name: 'no rotation is in use that is not on disk',
    guard: 'if (written.ok) {',
    without: "if (written.ok || written.error === 'unavailable') {",
    fails: 'uses no key that storage did not take',
  }),
  row(`${KEYS}key-admin.ts`, `${KEYS}key-admin.test.ts`, {
    threat: '12 key separation',
    name: 'a change of one ring touches no other',
    guard: 'return keys.held().filter((key) => key.ring === ring);',
    without: "return keys.held().filter((key) => key.ring !== '' || key.ring === ring);",
    fails: 'finds a key in its own ring alone',
  }),
  row(`${KEYS}key-admin.ts`, `${KEYS}key-admin.test.ts`, {
    threat: '14 fail closed',
    name: 'two rotations at once leave one next key',
    guard: 'rotate: (ring, options) => inTurn(() => rotate(ring, options)),',
    without: 'rotate,',
    fails: 'waits for the one before it',
  }),
  row(`${KEYS}live-keys.ts`, `${KEYS}live-keys.test.ts`, {
    threat: '12 key separation',
    name: 'a retired key is gone when nothing lives any more that it signed',
    guard: 'now() < rings.until ? rings',
    without: 'rings.until > 0 ? rings',
    fails: 'are published until nothing lives any more',
  }),
  row(`${KEYS}key-ring.ts`, `${KEYS}live-keys.test.ts`, {
    threat: '14 fail closed',
    name: 'an older answer of storage does not bring a key back',
    guard: 'if (live.held() !== before) return await reload();',
    without: '',
    fails: 'are not replaced by an answer of storage',
  }),
];

export const tokenGuards: readonly Guard[] = [...revocation, ...hearing, ...signed, ...table, ...keys];
