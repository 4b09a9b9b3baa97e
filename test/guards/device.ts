import type { Guard } from './guard.ts';

/** Device authorization: who lets a program in, and what it has then. */

const SERVER = 'packages/server/src/';
const DEVICE = `${SERVER}device/`;

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const REDEEM = [`${DEVICE}redeem-device.ts`, `${DEVICE}device.test.ts`] as const;
const DECIDE = [`${DEVICE}decide-device.ts`, `${DEVICE}device.test.ts`] as const;
const REPOSITORY = [`${SERVER}storage/repositories/device-grants.ts`, `${DEVICE}device.test.ts`] as const;

export const deviceGuards: readonly Guard[] = [
  row(...REDEEM, {
    threat: '7 replay',
    name: 'a device code gives one token',
    guard: 'uses: [consumeDeviceGrant(hash, nowOf(deps))],',
    without: '',
    fails: 'waits until its person has let it in, and then has a token of theirs, once',
  }),
  row(...REDEEM, {
    threat: '11 device',
    name: 'a program that nobody has let in gets nothing',
    guard: "if (state === 'pending') return 'device.pending';",
    without: "if (state === 'pending') return undefined;",
    fails: 'waits until its person has let it in',
  }),
  row(...REDEEM, {
    threat: '11 device',
    name: 'a program that was denied gets nothing',
    guard: "return state === 'denied' ? 'device.denied' : undefined;",
    without: 'return undefined;',
    fails: 'is told when it is denied',
  }),
  row(...REDEEM, {
    threat: '11 device',
    name: 'a device code is of the client that asked',
    guard: 'if (grant?.client !== client)',
    without: 'if (!grant)',
    fails: 'is nobody under another name',
  }),
  row(...REDEEM, {
    threat: '11 device',
    name: 'a device code has an end',
    guard: "if (nowOf(deps) >= expiresAt) return 'device.expired';",
    without: '',
    fails: 'when it is too late',
  }),
  row(...REDEEM, {
    threat: '16 bounds',
    name: 'a program that asks too often is told so',
    guard: "if (deps.pace.tooSoon(hash)) return 'device.slow_down';",
    without: '',
    fails: 'when it asks too often',
  }),
  row(...DECIDE, {
    threat: '11 device',
    name: 'a session may guess a few codes',
    guard: "if (guesses.wait(id) > 0) return err('limited');",
    without: '',
    fails: 'may guess a few times',
  }),
  row(...DECIDE, {
    threat: '11 device',
    name: 'a wrong code counts',
    guard: '  guesses.wrong(id);\n',
    without: '',
    fails: 'may guess a few times',
  }),
  row(...DECIDE, {
    threat: '13 pages',
    name: 'a code that is over is not told from one that never was',
    guard: "if (grant?.state === 'pending' && nowOf({ clock }) < grant.expiresAt) return ok(grant);",
    without: 'if (grant) return ok(grant);',
    fails: 'learns nothing of codes that are over',
  }),
  row(...REPOSITORY, {
    threat: '11 device',
    name: 'a person decides once',
    guard: `where "hash" = ? and "state" = 'pending' and "expires_at" > ?`,
    without: `where "hash" = ? and "state" <> '' and "expires_at" > ?`,
    fails: 'decides once',
  }),
  row(`${DEVICE}begin-device.ts`, `${DEVICE}device.test.ts`, {
    threat: '16 bounds',
    name: 'few programs wait at once, wherever they come from',
    guard: 'Number(rows) >= MAX_WAITING || ',
    without: '',
    fails: 'waits together with so many and no more, wherever they come from',
  }),
  row(`${DEVICE}begin-device.ts`, `${DEVICE}device.test.ts`, {
    threat: '16 bounds',
    name: 'few programs of an address wait at once',
    guard: '|| Number(own) >= MAX_WAITING_OF_ADDRESS',
    without: '',
    fails: 'waits together with few others of its address',
  }),
  row(`${DEVICE}guesses.ts`, `${DEVICE}limits.test.ts`, {
    threat: '11 device',
    name: 'all sessions together guess few codes',
    guard: 'all >= MAX_OF_ALL || ',
    without: '',
    fails: 'are few of all together',
  }),
];
