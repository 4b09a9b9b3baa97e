import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../policy/model.ts';
import { exchange, exchangeFacts } from './exchange.ts';
import { directory, input, main, policy, team } from './testing/fixture.ts';

const vouchedBy = { kind: 'organization', organization: 'acme' };

describe('exchange', () => {
  it.each([
    [
      team,
      policy({ target: 'platform' }),
      { kind: 'team', organization: 'acme', team: 'platform', vouchedBy },
      'team:platform',
    ],
    [
      { type: 'runner', runner: 'linux' },
      policy({ tokenType: 'runner', target: '*' }),
      { kind: 'runner', organization: 'acme', runner: 'linux', vouchedBy },
      'runner:linux',
    ],
    [
      { type: 'personal', login: 'ada' },
      policy({ tokenType: 'personal', target: 'ada' }),
      {
        kind: 'user',
        user: 'usr_1',
        login: 'ada',
        email: 'ada@acme.example',
        name: 'Ada',
        groups: [],
        vouchedBy,
      },
      'user:ada',
    ],
    [
      { type: 'organization', admin: false },
      policy({ tokenType: 'organization', permissions: ['admin'] }),
      { kind: 'organization', organization: 'acme', admin: false, vouchedBy },
      '',
    ],
    [
      { type: 'organization', admin: true },
      policy({ tokenType: 'organization', permissions: ['admin'] }),
      { kind: 'organization', organization: 'acme', admin: true, vouchedBy },
      'admin',
    ],
  ] as const)('grants %o exactly that', (target, allow, principal, scope) => {
    const result = exchange(input(target, [allow]));
    expect(result).toMatchObject({
      ok: true,
      value: {
        principal,
        tokenType: target.type,
        scope,
        expiresIn: 7200,
        expiresAt: 8200,
        format: 'opaque',
        resources: [],
        decision: { effect: 'allow', determining: ['policies[0]'] },
      },
    });
  });

  it('knows no more of a member than the directory says', () => {
    const result = exchange(
      input({ type: 'personal', login: 'bob' }, [policy({ tokenType: 'personal', target: '*' })]),
    );
    expect(result.ok && result.value.principal).toEqual({
      kind: 'user',
      user: 'usr_2',
      login: 'bob',
      groups: [],
      vouchedBy,
    });
  });

  it('does not grant admin by an allow that does not list it', () => {
    const result = exchange(
      input({ type: 'organization', admin: true }, [policy({ tokenType: 'organization' })]),
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'policy.refused' } });
  });

  it.each([
    ['a team', { type: 'team', team: 'ghosts' }],
    ['a member', { type: 'personal', login: 'ghost' }],
    ['a runner', { type: 'runner', runner: 'ghost' }],
  ] as const)('refuses %s that does not exist like one that no rule allows', (_name, target) => {
    const allowed = exchange(input(target, [policy({ tokenType: target.type, target: '*' })]));
    const denied = exchange(input(target, [policy({ tokenType: target.type, target: 'other' })]));
    expect(allowed).toMatchObject({
      ok: false,
      error: { code: 'policy.refused', decision: { effect: 'allow' } },
    });
    expect(denied).toMatchObject({
      ok: false,
      error: { code: 'policy.refused', decision: { effect: 'deny' } },
    });
    // What a caller may see of the two is the same.
    const shown = [allowed, denied].map((result) => !result.ok && [result.error.code, result.error.hint]);
    expect(shown[0]).toEqual(shown[1]);
  });

  it('lets a matching deny win, wherever it stands', () => {
    const allow = policy({ target: '*' });
    const deny = policy({ decision: 'deny' });
    for (const policies of [
      [allow, deny],
      [deny, allow],
    ]) {
      expect(exchange(input(team, policies))).toMatchObject({ ok: false, error: { code: 'policy.refused' } });
    }
  });

  it.each([
    ['the issuer', { issuer: { ...input(team, [policy({ target: '*' })]).issuer, organization: 'other' } }],
    ['the directory', { directory: { ...directory, organization: 'other' } }],
    ['the request', { request: { organization: 'other', target: team, resources: [] } }],
  ])('never crosses organizations: %s belongs to another', (_name, changes) => {
    const result = exchange(input(team, [policy({ target: '*' })], changes));
    expect(result).toEqual({ ok: false, error: { code: 'token.not_trusted' } });
  });

  it('joins matching allows to the longest lifetime, below the maximum of the issuer', () => {
    const request = { organization: 'acme', target: team, resources: [], expiration: 86_400 };
    const short = policy({ target: '*', maxExpiration: 60 });
    const long = policy({ target: 'platform', maxExpiration: 3600 });
    const granted = (policies: readonly TrustPolicy[]): number | false => {
      const result = exchange(input(team, policies, { request }));
      return result.ok && result.value.expiresIn;
    };
    expect(granted([short])).toBe(60);
    expect(granted([short, long])).toBe(3600);
    expect(granted([short, policy({ target: '*' })])).toBe(86_400);
    const issuer = { ...input(team, [long]).issuer, maxExpiration: 30 };
    const bounded = exchange(input(team, [long], { request, issuer }));
    expect(bounded.ok && bounded.value.expiresIn).toBe(30);
  });

  it.each([0, -1, Number.NaN])('grants nothing where the issuer allows %d seconds', (maxExpiration) => {
    const issuer = { ...input(team, [policy({ target: '*' })]).issuer, maxExpiration };
    const result = exchange(input(team, [policy({ target: '*' })], { issuer }));
    expect(result).toMatchObject({ ok: false, error: { code: 'policy.refused' } });
  });
});

describe('exchangeFacts', () => {
  it('holds the resources that were asked for, in one spelling, and none when none were', () => {
    const about = (resources: readonly string[]): unknown =>
      exchangeFacts({ claims: main, request: { organization: 'acme', target: team, resources } }).request;
    expect(about(['https://App.example:443/', 'https://app.example'])).toEqual({
      token_type: 'team',
      target: 'platform',
      admin: false,
      resources: ['https://app.example'],
    });
    expect(about([])).not.toHaveProperty('resources');
    expect(about(['https://app.example', 'secret'])).not.toHaveProperty('resources');
  });

  it('holds the claims and what is asked for, and no principal', () => {
    const organization = exchangeFacts(input({ type: 'organization', admin: true }, []));
    expect(organization).toEqual({
      claims: { iss: 'https://ci.example', ...main },
      request: { token_type: 'organization', admin: true },
    });
    expect(exchangeFacts(input(team, [])).request).toEqual({
      token_type: 'team',
      target: 'platform',
      admin: false,
    });
  });
});
