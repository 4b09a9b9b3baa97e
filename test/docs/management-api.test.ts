import { describe, expect, it } from 'vitest';
import { DESCRIPTIONS } from '../../packages/server/src/api/openapi/descriptions.ts';
import { OPERATIONS } from '../../packages/server/src/api/operations.ts';
import { rowsWith, textOf } from './repository.ts';

const ROLES = ['S', 'A', 'M', 'T'] as const;

describe('the guide to the management API', () => {
  it('says of every operation what it does and who may call it, in the order of the list', () => {
    const told = rowsWith(textOf('docs/guides/management-api.md'), 'operation').map((row) => [
      ...row.values(),
    ]);
    const list = OPERATIONS.map(({ method, path, roles, teamAdmins = false }) => [
      `\`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``,
      DESCRIPTIONS[`${method} ${path}`]?.summary,
      ...ROLES.map((role) => (roles.includes(role) ? '✓' : role === 'M' && teamAdmins ? 'its admins' : '–')),
    ]);
    expect(told).toEqual(list);
  });
});
