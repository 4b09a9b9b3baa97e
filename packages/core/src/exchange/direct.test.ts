import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../policy/model.ts';
import { exchangeDirectly, MAX_CANDIDATES, namedTargets } from './direct.ts';
import { exchange } from './exchange.ts';
import { directory, input, main, policy } from './testing/fixture.ts';
import type { Target } from './model.ts';
import { TOKEN_TYPES } from '../token/token-type.ts';

const ORGANIZATION: Target = { type: 'organization', admin: false };
const organization = policy({ tokenType: 'organization' });
const team = policy({ target: 'platform' });
const runner = policy({ tokenType: 'runner', target: 'linux' });
const person = policy({ tokenType: 'personal', target: 'ada' });

function directly(policies: readonly TrustPolicy[], claims: Readonly<Record<string, string>> = main) {
  const { request: _, ...rest } = input(ORGANIZATION, policies, { claims });
  const targets = namedTargets(policies, rest.issuer.trust);
  return exchangeDirectly({ ...rest, expiration: 600, targets });
}

const EVERYBODY: readonly (readonly [Target, string?])[] = [
  [ORGANIZATION],
  [{ type: 'team', team: 'platform' }, 'platform'],
  [{ type: 'runner', runner: 'linux' }, 'linux'],
  [{ type: 'personal', login: 'ada' }, 'ada'],
];

/** Whether a policy lets this subject have this target, and says which without a pattern. */
const names = (one: TrustPolicy, sub: string, { type }: Target, name: string | undefined): boolean =>
  one.decision === 'allow' &&
  one.tokenType === type &&
  one.target === name &&
  [sub, '*'].includes(one.rules['sub'] ?? '');

interface Drawn extends Pick<TrustPolicy, 'decision' | 'tokenType'> {
  readonly name: string;
  readonly sub: string;
  readonly admin: boolean;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  decision: fc.constantFrom('allow' as const, 'deny' as const),
  tokenType: fc.constantFrom(...TOKEN_TYPES),
  name: fc.constantFrom('platform', 'linux', 'ada', 'ghosts', 'p*'),
  sub: fc.constantFrom('a', 'b', '*'),
  admin: fc.boolean(),
});

const written = ({ decision, tokenType, name, sub, admin }: Drawn): TrustPolicy =>
  policy({
    decision,
    tokenType,
    rules: { sub },
    ...(tokenType === 'organization' ? { permissions: admin ? ['admin'] : [] } : { target: name }),
  });

const spoken = (policies: readonly TrustPolicy[], claims?: Readonly<Record<string, string>>): string => {
  const { outcome, ambiguous } = directly(policies, claims);
  return outcome.ok ? outcome.value.principal.kind : ambiguous ? 'ambiguous' : outcome.error.code;
};

describe('a subject token that nobody has asked anything for', () => {
  it.each([
    ['the organization', [organization], 'organization'],
    ['the organization before anything else', [team, organization, person], 'organization'],
    ['its one team', [team], 'team'],
    [
      'its one team, however many policies name it',
      [team, policy({ target: 'platform', rules: { sub: '*' } })],
      'team',
    ],
    ['its one runner', [runner], 'runner'],
    ['its one member', [person], 'user'],
    ['none of several', [team, runner], 'ambiguous'],
    ['nobody without a policy', [], 'policy.refused'],
    ['nobody where a pattern names the target', [policy({ target: 'plat*' })], 'policy.refused'],
    ['nobody where a policy only watches', [policy({ target: 'platform', mode: 'audit' })], 'policy.refused'],
    ['nobody where its target is gone', [policy({ target: 'ghosts' })], 'policy.refused'],
    [
      'nobody that another policy denies',
      [team, policy({ decision: 'deny', rules: { sub: '*' } })],
      'policy.refused',
    ],
    [
      'the one that is left of several',
      [team, runner, policy({ tokenType: 'team', decision: 'deny' })],
      'runner',
    ],
    ['the one that exists of several', [team, policy({ target: 'ghosts' })], 'team'],
  ] as const)('speaks as %s', (_name, policies, kind) => {
    expect(spoken(policies)).toBe(kind);
  });

  it('never speaks as the administrator of its organization', () => {
    const { outcome } = directly([policy({ tokenType: 'organization', permissions: ['admin'] })]);
    expect(outcome).toMatchObject({ ok: true, value: { principal: { kind: 'organization', admin: false } } });
  });

  it('is asked for so many targets and no more: one that could be anybody is nobody', () => {
    const ghosts = (count: number) =>
      Array.from({ length: count }, (_, at) => policy({ target: `ghost-${at}` }));
    expect(spoken([...ghosts(MAX_CANDIDATES - 1), team])).toBe('team');
    expect(spoken([...ghosts(MAX_CANDIDATES), team])).toBe('ambiguous');
  });

  it('is told apart by its own claims, so that two jobs may speak as two teams', () => {
    const policies = [
      policy({ target: 'platform', rules: { sub: 'repo:acme/x:*' } }),
      policy({ tokenType: 'runner', target: 'linux', rules: { sub: 'repo:acme/y:*' } }),
    ];
    expect(spoken(policies, { sub: 'repo:acme/x:ref' })).toBe('team');
    expect(spoken(policies, { sub: 'repo:acme/y:ref' })).toBe('runner');
    expect(spoken(policies, { sub: 'repo:acme/z:ref' })).toBe('policy.refused');
  });

  it('is recorded with what was asked of the policies: the team, or the organization when it speaks as nobody', () => {
    expect(directly([team]).facts.request).toEqual({ token_type: 'team', target: 'platform', admin: false });
    expect(directly([team, runner]).facts.request).toEqual({ token_type: 'organization', admin: false });
    const nobody = { sub: 'nobody' };
    expect(directly([team], nobody).facts.request).toMatchObject({ token_type: 'team', target: 'platform' });
    expect(directly([team, runner], nobody).facts.request).toMatchObject({ token_type: 'organization' });
    const denied = directly([team, policy({ decision: 'deny' })]);
    expect(denied.facts.request).toMatchObject({ token_type: 'team' });
    expect(denied.outcome).toMatchObject({ error: { decision: { determining: ['policies[1]'] } } });
  });

  it('lives as long as it has left and no longer than any limit', () => {
    const granted = (policies: readonly TrustPolicy[]) => {
      const { outcome } = directly(policies);
      return outcome.ok ? outcome.value.expiresIn : 0;
    };
    expect(granted([team])).toBe(600);
    expect(granted([policy({ target: 'platform', maxExpiration: 60 })])).toBe(60);
  });

  it('gets what somebody would get who asks for that target, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 8 }), fc.constantFrom('a', 'b'), (rows, sub) => {
        const policies = rows.map(written);
        const ask = (target: Target) => {
          const asked = input(target, policies, { claims: { sub } });
          return exchange({ ...asked, request: { ...asked.request, expiration: 600 } });
        };
        const named = EVERYBODY.filter(
          ([target, name]) => ask(target).ok && policies.some((one) => names(one, sub, target, name)),
        ).map(([target]) => target);
        const organizationOrOne = named[0]?.type === 'organization' || named.length === 1;
        const expected = organizationOrOne ? named[0] : undefined;
        const { outcome, ambiguous } = directly(policies, { sub });
        expect(ambiguous).toBe(expected === undefined && named.length > 1);
        if (expected === undefined) expect(outcome.ok).toBe(false);
        else expect(outcome).toEqual(ask(expected));
      }),
    );
  });
});

describe('the targets that policies name', () => {
  it('are each there once, with every rule that could allow them', () => {
    const policies = [team, organization, policy({ target: 'platform', rules: { sub: 'x' } }), person];
    const { issuer } = input(ORGANIZATION, policies);
    expect(
      namedTargets(policies, issuer.trust).map(({ target, rules }) => [
        target.type,
        rules.map(({ id }) => id),
      ]),
    ).toEqual([
      ['team', ['policies[0]', 'policies[2]']],
      ['organization', ['policies[1]']],
      ['personal', ['policies[3]']],
    ]);
    expect(directory.teams.has('platform')).toBe(true);
  });
});
