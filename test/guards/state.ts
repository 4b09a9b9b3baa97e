import type { Guard } from './guard.ts';

/** Keys, tokens and the trail: what is sealed, what is believed, what is written down. */

const SERVER = 'packages/server/src/';
const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file: SERVER + file,
  test: SERVER + test,
  ...rest,
});

const keys: readonly Guard[] = [
  row('keys/seal.ts', 'keys/seal.test.ts', {
    threat: '10 at rest',
    name: 'a sealed key is bound to its place',
    guard: "  decipher.setAAD(Buffer.from(place, 'utf8'));",
    without: "  if (place !== '') decipher.setAAD(Buffer.from('', 'utf8'));",
    fails: 'give back any plaintext',
  }),
  row('keys/seal.ts', 'keys/seal.test.ts', {
    threat: '10 at rest',
    name: 'every seal has a nonce of its own',
    guard: 'const nonce = randomBytes(NONCE_BYTES);',
    without: 'const nonce = randomBytes(NONCE_BYTES).fill(0);',
    fails: 'never use a nonce twice',
  }),
  row('keys/held-key.ts', 'keys/key-ring.test.ts', {
    threat: '14 fail closed',
    name: 'a key that does not open is never replaced',
    guard: "if (!secret) return err('does_not_open');",
    without: 'if (!secret) continue;',
    fails: 'makes nothing in its place',
  }),
  row('keys/held-key.ts', 'keys/key-ring.test.ts', {
    threat: '12 key separation',
    name: 'a sealed key does not open in another row',
    guard: 'const secret = open(encryptionKeys, keyPlace(stored.ring, stored.kid), sealed);',
    without:
      'const secret = all.map((key) => open(encryptionKeys, keyPlace(stored.ring, key.kid), sealed)).find((found) => found);',
    fails: 'copied to another row',
  }),
  row('keys/key-ring.ts', 'keys/key-ring.test.ts', {
    threat: '14 fail closed',
    name: 'no key is used that is not durable',
    guard: "if (!(await deps.database.write(unit)).ok) return err('unavailable');",
    without: 'await deps.database.write(unit);',
    fails: 'uses no key that storage did not take',
  }),
  row('keys/live-keys.ts', 'keys/key-ring.test.ts', {
    threat: '12 key separation',
    name: 'a signing key bears its own kid',
    guard:
      "if (signing.kid !== key.kid) throw new Error('keys: a signing key is stored under the kid of another');",
    without: '',
    fails: 'under a kid that is not its own',
  }),
  row('keys/live-keys.ts', 'keys/key-ring.test.ts', {
    threat: '14 fail closed',
    name: 'a ring has exactly one active key',
    guard: 'if (!active || second) throw',
    without: 'if (!active) throw',
    fails: 'no active key, or two',
  }),
  row('keys/checksum-ring.ts', 'keys/checksum-ring.test.ts', {
    threat: '10 at rest',
    name: 'a checksum of another length is no checksum',
    guard: 'expected.length === bytes.length && ',
    without: '',
    fails: 'knows nothing else',
  }),
  row('keys/encryption-key.ts', 'keys/encryption-key.test.ts', {
    threat: '10 at rest',
    name: 'a key file that others may read is refused',
    guard: '(stat.mode & 0o077) !== 0',
    without: '(stat.mode & 0o077) === 0o1000',
    fails: 'refuses a file of mode',
  }),
  row('keys/encryption-key.ts', 'keys/encryption-key.test.ts', {
    threat: '10 at rest',
    name: 'an encryption key is 32 bytes',
    guard: 'if (!BASE64_32_BYTES.test(trimmed)) {',
    without: "if (trimmed === '') {",
    fails: 'refuses 31 bytes',
  }),
  row('keys/encryption-key.ts', 'keys/encryption-key.test.ts', {
    threat: '16 bounds',
    name: 'so many encryption keys and no more',
    guard: 'if (list.length > MAX_KEYS)',
    without: 'if (list.length > 1000)',
    fails: 'takes 16 keys and no 17th',
  }),
];

const tokens: readonly Guard[] = [
  row('tokens/present.ts', 'tokens/present.test.ts', {
    threat: '16 bounds',
    name: 'a value that was not made here never reaches storage',
    guard: 'return parsed !== undefined && checksums.verify(parsed.body, parsed.checksum);',
    without: 'return parsed !== undefined;',
    fails: 'refused without a look-up',
  }),
  row('tokens/present.ts', 'tokens/present.test.ts', {
    threat: '14 fail closed',
    name: 'silent storage is unavailable, never invalid',
    guard: 'if (!rows.ok) return UNAVAILABLE;',
    without: 'if (!rows.ok) return INVALID;',
    fails: 'never invalid, while storage is silent',
  }),
  row('tokens/present.ts', 'tokens/present.test.ts', {
    threat: '3 escalation',
    name: 'a revoked token is revoked whoever looks it up',
    guard: 'if (revokedAt !== undefined && revokedAt <= Math.floor(deps.clock.now() / 1000)) return REVOKED;',
    without: '',
    fails: 'is invalid, expired or revoked as storage says',
  }),
  row('tokens/present.ts', 'tokens/present.test.ts', {
    threat: '3 escalation',
    name: 'a token ends at its expiry',
    guard: 'Math.floor(clock.now() / 1000) >= token.expiresAt',
    without: 'Math.floor(clock.now() / 1000) > token.expiresAt',
    fails: 'lives until the second of its expiry',
  }),
  row('tokens/present.ts', 'tokens/revoke.test.ts', {
    threat: '3 escalation',
    name: 'an older answer of storage does not bring a revoked token back',
    guard: ' && table.removals === removals) table',
    without: ') table',
    fails: 'not brought back by a look-up',
  }),
  row('tokens/present.ts', 'tokens/revoke.test.ts', {
    threat: '3 escalation',
    name: 'nobody joins a look-up from before a revocation',
    guard: 'if (shared?.removals === removals) return shared.answer;',
    without: 'if (shared) return shared.answer;',
    fails: 'not brought back by a look-up',
  }),
  row('tokens/present.ts', 'tokens/present.test.ts', {
    threat: '16 bounds',
    name: 'so many look-ups at once',
    guard: 'if (running >= MAX_LOOKUPS) return UNAVAILABLE;',
    without: '',
    fails: 'beyond 64 look-ups at once',
  }),
  row('tokens/revoke.ts', 'tokens/revoke.test.ts', {
    threat: '3 escalation',
    name: 'a revocation is heard in this process whatever storage says',
    guard: '  deps.table.remove(hash);\n',
    without: '  if (written.ok) deps.table.remove(hash);\n',
    fails: 'even when storage does not say',
  }),
  row('tokens/token-table.ts', 'tokens/token-table.test.ts', {
    threat: '16 bounds',
    name: 'the table holds so many tokens',
    guard: 'this.#rows.size >= this.#bounds.tokens || ',
    without: '',
    fails: 'takes as many tokens as it may',
  }),
  row('tokens/token-table.ts', 'tokens/token-table.test.ts', {
    threat: '16 bounds',
    name: 'the table holds so much text',
    guard: ' || characters >= this.#bounds.characters',
    without: ' || characters < 0',
    fails: 'takes no more text than it may',
  }),
  row('tokens/interned.ts', 'tokens/token-table.test.ts', {
    threat: '3 escalation',
    name: 'a token keeps the claims it was made with',
    guard: 'const index = this.#indexes.get(key) ?? this.#add(key, text);',
    without:
      'const index = this.#indexes.get(key) ?? this.#add(key, text);\n    Object.assign(this.#slot(index), { value });',
    fails: 'keeps a copy',
  }),
  row('tokens/hash-rows.ts', 'tokens/token-table.test.ts', {
    threat: '3 escalation',
    name: 'two hashes are compared in 128 bits',
    guard: 'index < HASH_WORDS; index += 1) {\n      if (this.#store.word(',
    without: 'index < 1; index += 1) {\n      if (this.#store.word(',
    fails: 'tells hashes apart',
  }),
  row('storage/repositories/tokens.ts', 'storage/repositories/repositories.test.ts', {
    threat: '3 escalation',
    name: 'a token is revoked once, and only one that is there',
    guard: 'parameters: [at, hashText(hash), at], changes: 1 }',
    without: 'parameters: [at, hashText(hash), at] }',
    fails: 'are revoked once',
  }),
  row('storage/repositories/tokens.ts', 'storage/repositories/repositories.test.ts', {
    threat: '3 escalation',
    name: 'revoked tokens are not loaded at start',
    guard: 'and ("revoked_at" is null or "revoked_at" > ?) order by',
    without: 'and ("revoked_at" is null or "revoked_at" > ? or 1 = 1) order by',
    fails: 'are paged by hash while they live',
  }),
  row('storage/repositories/table-shape.ts', 'storage/repositories/repositories.test.ts', {
    threat: '10 in logs',
    name: 'a damaged row is not quoted in the fault',
    guard: 'throw new Error(`storage: ${column} is not JSON`);',
    without: 'throw new Error(`storage: ${column} is not JSON: ${text}`);',
    fails: 'a fault that does not quote them',
  }),
];

const trail: readonly Guard[] = [
  row('audit/decision-writer.ts', 'audit/decision-writer.test.ts', {
    threat: '14 fail closed',
    name: 'a refusal that is not recorded is not answered as one',
    guard: "return written.ok ? written : err('unavailable');",
    without: 'return ok(undefined);',
    fails: 'is unavailable when it cannot be stored',
  }),
  row('audit/decision-writer.ts', 'audit/decision-writer.test.ts', {
    threat: '14 fail closed',
    name: 'deed, decision and event are one commit',
    guard: 'const rows = [...more, insertDecision(record)];',
    without: 'await database.write([...more]);\n      const rows = [insertDecision(record)];',
    fails: 'is not done when any part fails',
  }),
  row('audit/decision-writer.ts', 'audit/decision-writer.test.ts', {
    threat: '16 bounds',
    name: 'so many refusals of an issuer are stored',
    guard: "if (isLow || !storedOf.take(record.issuer ?? '', clock.now())) {",
    without: 'if (isLow) {',
    fails: 'stored 20 times a second for an issuer',
  }),
  row('audit/decision-writer.ts', 'audit/decision-writer.test.ts', {
    threat: '16 bounds',
    name: 'so many unproved refusals are remembered and logged',
    guard: "if (!unproved.take('', clock.now())) {",
    without: 'if (clock.now() < 0) {',
    fails: 'remembered and logged 20 times a second',
  }),
  row('audit/decision-log.ts', 'audit/decision-writer.test.ts', {
    threat: '10 in logs',
    name: 'no token is logged, whichever field it was put in',
    guard: 'text === undefined ? undefined : withoutSecrets(text)',
    without: 'text === undefined ? undefined : withoutSecrets === undefined ? text : text',
    fails: 'hold no token',
  }),
  row('audit/decision-log.ts', 'audit/decision-writer.test.ts', {
    threat: '16 bounds',
    name: 'the text of a stranger is cut before it is remembered',
    guard: '{ audience: keptWithoutSecrets(audience) }',
    without: '{ audience }',
    fails: 'keeps no more of a long text',
  }),
  row('audit/decision-ring.ts', 'audit/decision-ring.test.ts', {
    threat: '16 bounds',
    name: 'the ring holds so many decisions',
    guard: 'held.size > bounds.decisions || ',
    without: '',
    fails: 'keeps the last so many decisions',
  }),
  row('audit/decision-ring.ts', 'audit/decision-ring.test.ts', {
    threat: '16 bounds',
    name: 'the ring holds so many characters',
    guard: ' || characters > bounds.characters) dropOldest',
    without: ') dropOldest',
    fails: 'keeps so many characters',
  }),
  row('audit/rate.ts', 'audit/rate.test.ts', {
    threat: '16 bounds',
    name: 'a rate remembers so many keys',
    guard: 'if (buckets.size < maximum) return;',
    without: 'if (buckets.size >= 0) return;',
    fails: 'remembers as many keys as it may',
  }),
  row('audit/canonical-json.ts', 'audit/canonical-json.test.ts', {
    threat: '14 fail closed',
    name: 'two policies never share a hash by accident',
    guard: 'prototype !== Object.prototype && prototype !== null',
    without: 'prototype === undefined',
    fails: 'refuses a Map',
  }),
  row('audit/policy-set.ts', 'audit/policy-set.test.ts', {
    threat: '14 fail closed',
    name: 'a document is cited by its own hash',
    guard: 'if (policySetHash(document) !== cited)',
    without: "if (cited === '')",
    fails: 'under a hash that is not its own',
  }),
];

export const stateGuards: readonly Guard[] = [...keys, ...tokens, ...trail];
