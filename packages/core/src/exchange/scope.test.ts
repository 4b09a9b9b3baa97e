import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_TYPES } from '../token/token-type.ts';
import { parseScope, printScope, targetOfScope } from './scope.ts';

const refused = { ok: false, error: 'request.scope' };

describe('parseScope', () => {
  it('takes absent and empty for the same', () => {
    for (const scope of [undefined, '']) {
      expect(parseScope('organization', scope)).toEqual({
        ok: true,
        value: { type: 'organization', admin: false },
      });
      expect(parseScope('team', scope)).toEqual(refused);
    }
  });

  it('reads the one scope that each type takes', () => {
    expect(parseScope('organization', 'admin')).toEqual({
      ok: true,
      value: { type: 'organization', admin: true },
    });
    expect(parseScope('team', 'team:platform')).toEqual({
      ok: true,
      value: { type: 'team', team: 'platform' },
    });
    expect(parseScope('personal', 'user:ada')).toEqual({
      ok: true,
      value: { type: 'personal', login: 'ada' },
    });
    expect(parseScope('runner', 'runner:linux')).toEqual({
      ok: true,
      value: { type: 'runner', runner: 'linux' },
    });
  });

  it.each([
    ['organization', 'Admin'],
    ['organization', ' admin'],
    ['organization', 'admin,admin'],
    ['organization', 'team:platform'],
    ['team', 'team:'],
    ['team', 'platform'],
    ['team', 'user:ada'],
    ['team', 'admin'],
    ['team', 'TEAM:platform'],
    ['team', 'team:a,team:b'],
    ['team', 'team:a team:b'],
    ['team', 'team:a\n'],
    ['team', 'team:a\u0000'],
    ['team', 'team:a\u00a0b'],
    ['team', 'team:a"b'],
    ['team', 'team:a\\b'],
    ['personal', 'team:ada'],
    ['runner', 'runner:a\tb'],
  ] as const)('refuses for a token of type %s the scope %j', (type, scope) => {
    expect(parseScope(type, scope)).toEqual(refused);
  });

  it('takes names of 128 characters and not one more', () => {
    expect(parseScope('team', `team:${'a'.repeat(128)}`).ok).toBe(true);
    expect(parseScope('team', `team:${'a'.repeat(129)}`)).toEqual(refused);
  });

  it('takes no token of ours for a name', () => {
    expect(parseScope('team', `team:cst_${'a'.repeat(38)}`)).toEqual({ ok: false, error: 'request.scope' });
    expect(parseScope('runner', 'runner:cso_builders')).toEqual({ ok: false, error: 'request.scope' });
  });

  it('prints every scope that it accepts exactly as it came', () => {
    const scope = fc.oneof(
      fc.constantFrom('', 'admin'),
      fc.string(),
      fc.tuple(fc.constantFrom('team:', 'user:', 'runner:'), fc.string()).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...TOKEN_TYPES), scope, (type, text) => {
        const target = parseScope(type, text);
        if (!target.ok) return;
        expect(target.value.type).toBe(type);
        expect(printScope(target.value)).toBe(text);
      }),
    );
  });
});

describe('targetOfScope', () => {
  it.each([
    [undefined, { type: 'organization', admin: false }],
    ['', { type: 'organization', admin: false }],
    ['admin', { type: 'organization', admin: true }],
    ['team:platform', { type: 'team', team: 'platform' }],
    ['user:ada', { type: 'personal', login: 'ada' }],
    ['runner:linux', { type: 'runner', runner: 'linux' }],
    ['team:user:x', { type: 'team', team: 'user:x' }],
  ])('finds the type in the scope: %j', (scope, target) => {
    expect(targetOfScope(scope)).toEqual({ ok: true, value: target });
  });

  it.each([
    'team',
    'team:',
    'Team:x',
    ' team:x',
    'admin ',
    'admin team:x',
    'team:a,b',
    'user:a b',
    'openid',
    'x:y',
  ])('refuses %j', (scope) => {
    expect(targetOfScope(scope)).toEqual(refused);
  });

  it('is what printScope writes, back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TOKEN_TYPES), fc.string(), (type, name) => {
        const prefix = { organization: '', team: 'team:', personal: 'user:', runner: 'runner:' }[type];
        const target = parseScope(type, prefix + name);
        if (!target.ok) return;
        expect(targetOfScope(printScope(target.value))).toEqual(target);
      }),
    );
  });
});
