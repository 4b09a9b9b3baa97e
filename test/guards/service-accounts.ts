import type { Guard } from './guard.ts';

/** Service accounts: who makes them, what ends their tokens. */

const SERVER = 'packages/server/src/';
const ADMINISTRATION = `${SERVER}administration/`;

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const ORDERS = [`${ADMINISTRATION}token-orders.ts`, `${ADMINISTRATION}token-orders.test.ts`] as const;
const ACCOUNTS = [
  `${ADMINISTRATION}service-accounts.ts`,
  `${ADMINISTRATION}service-accounts.test.ts`,
] as const;
const TOKENS = `${SERVER}storage/repositories/tokens.ts`;
const PRESENT = `${SERVER}tokens/present.test.ts`;

export const serviceAccountGuards: readonly Guard[] = [
  row(`${SERVER}snapshot/standing.ts`, `${SERVER}snapshot/standing.test.ts`, {
    threat: '3 escalation',
    name: 'a disabled service account opens nothing',
    guard: 'directory.serviceAccounts.get(principal.service)?.disabled === false',
    without: 'directory.serviceAccounts.has(principal.service)',
    fails: 'whose service account is disabled is suspended',
  }),
  row(`${SERVER}snapshot/standing.ts`, `${SERVER}snapshot/standing.test.ts`, {
    threat: '3 escalation',
    name: 'a service account that is gone opens nothing',
    guard: 'directory.serviceAccounts.get(principal.service)?.disabled === false',
    without: 'directory.serviceAccounts.get(principal.service)?.disabled !== true',
    fails: 'whose service account is gone is suspended',
  }),
  row(...ORDERS, {
    threat: '3 escalation',
    name: 'a token of a service account is for administrators to make',
    guard: "    case 'service':\n      return administers;",
    without: "    case 'service':\n      return true;",
    fails: 'is told by whom it would speak as: a member of the team',
  }),
  row(...ORDERS, {
    threat: '3 escalation',
    name: 'a disabled service account is given no token',
    guard: "if (account?.disabled === true) return 'disabled';",
    without: '',
    fails: 'is not made where the account is disabled',
  }),
  row(...ACCOUNTS, {
    threat: '3 escalation',
    name: 'a new service account begins without tokens of an earlier one',
    guard: 'revoke: [endsEarlier(tokensOf(place), now)],',
    without: '',
    fails: 'nothing from before speaks as it',
  }),
  row(...ACCOUNTS, {
    threat: '3 escalation',
    name: 'the tokens of a deleted service account end with it',
    guard: 'revoke: [tokensOf(place)],',
    without: '',
    fails: 'ends with its tokens',
  }),
  row(
    'packages/core/src/api-model/service-accounts.ts',
    'packages/core/src/api-model/service-accounts.test.ts',
    {
      threat: '3 escalation',
      name: 'a service account does not say what tokens of issuers say',
      guard: 'return REGISTERED.includes(name)',
      without: "return CLAIM_NAME.test('')",
      fails: 'never says what a token of an issuer says of itself: sub',
    },
  ),
  row(`${SERVER}tokens/present.ts`, PRESENT, {
    threat: '3 escalation',
    name: 'a rotated token is over when its overlap is',
    guard: 'revokedAt <= Math.floor(deps.clock.now() / 1000)',
    without: 'revokedAt < 0',
    fails: 'is invalid, expired or revoked as storage says',
  }),
  row(TOKENS, PRESENT, {
    threat: '3 escalation',
    name: 'what is remembered of a rotated token ends with the overlap',
    guard: 'Math.min(stored.expires_at, stored.revoked_at ?? Infinity)',
    without: 'stored.expires_at',
    fails: 'whose end is marked ahead lives until then',
  }),
  row(TOKENS, `${ADMINISTRATION}make-token.test.ts`, {
    threat: '3 escalation',
    name: 'an end that is marked is never put off',
    guard: '("revoked_at" is null or "revoked_at" > ?)\';',
    without: '("revoked_at" is null or ? > 0)\';',
    fails: 'is not made where the other ends sooner anyway',
  }),
];
