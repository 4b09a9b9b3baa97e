import type { Guard } from './guard.ts';

/** What a configuration that is read again while it runs may not do. */
export const reloadGuards: readonly Guard[] = [
  {
    threat: '14',
    name: 'a configuration that is wrong changes nothing',
    file: 'packages/server/src/reload.ts',
    guard: '  if (!loaded.ok) return refused(deps, loaded.error);\n',
    without: '  if (!loaded.ok) return "current";\n',
    test: 'test/e2e/reload.test.ts',
    fails: 'changes nothing when it is wrong, and says where and that it is stale',
  },
  {
    threat: '3',
    name: 'a token that ended while a table was filled stays ended',
    file: 'packages/server/src/tokens/live-table.ts',
    guard: 'ended.has(keyOf(hash)) || table.insert(hash, record)',
    without: 'table.insert(hash, record)',
    test: 'packages/server/src/tokens/live-table.test.ts',
    fails: 'never takes over a token that was ended meanwhile',
  },
  {
    threat: '14',
    name: 'routes never read claims that memory has dropped',
    file: 'packages/server/src/reload.ts',
    guard: '  prepared.value();\n',
    without: '',
    test: 'test/e2e/reload.test.ts',
    fails: 'may read other claims of tokens that were issued before',
  },
  {
    threat: '15',
    name: 'a setting that needs a restart says so',
    file: 'packages/server/src/reload.ts',
    guard:
      "    logger.warn('this setting needs a restart; the old value stays in force', { setting: key });\n",
    without: '    void key;\n',
    test: 'test/e2e/reload.test.ts',
    fails: 'says what needs a restart, and honours the rest',
  },
];
