import { describe, expect, it } from 'vitest';
import { compileSnapshot } from './compile.ts';
import { acme, allow, configOf, snapshotOf } from './testing/from-file.ts';

describe('the ids of policies', () => {
  const one = { ...allow, rules: { sub: 'x' } };
  const two = { ...allow, decision: 'deny', match: { sub: { prefix: 'y' } } };
  const ids = (file: object) =>
    snapshotOf(file).organizations.get('acme')?.issuers.get('https://ci.example')?.policyIds ?? [];

  it('stay with what a policy says, wherever it stands and however its defaults are written', () => {
    const [first, second] = ids(acme(one, two));
    expect(first).toMatch(/^pol_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(ids(acme(two, one))).toEqual([second, first]);
    expect(ids(acme({ ...one, mode: 'enforce', format: 'opaque', allow_broad: true }))).toEqual([first]);
  });

  it('are others for whatever changes who gets what', () => {
    const others = [
      one,
      { ...one, rules: { sub: 'z' } },
      { ...one, max_expiration: '1h' },
      { ...one, format: 'jwt' },
      { ...one, mode: 'audit' },
    ];
    expect(new Set(others.flatMap((policy) => ids(acme(policy)))).size).toBe(others.length);
  });

  it('are others at another issuer, and the same from version to version', () => {
    const [organization] = acme(one).organizations;
    const moved = organization?.issuers.map((issuer) => ({ ...issuer, name: 'other' }));
    expect(ids({ organizations: [{ ...organization, issuers: moved }] })).not.toEqual(ids(acme(one)));
    // Tokens that are live refer to it: another derivation would suspend them all.
    expect(ids(acme(one))).toEqual(['pol_QJE1HSK0SEWVZPHJBVB8YZD9CG']);
  });
});

describe('the tests of policies', () => {
  const policies = [
    { ...allow, rules: { sub: 'x' } },
    { ...allow, decision: 'deny', rules: { event: 'fork' } },
  ];
  const request = { type: 'team', scope: 'team:platform' };
  const tests = (...list: readonly object[]) =>
    compileSnapshot(
      configOf({
        ...acme(...policies),
        tests: list.map((test, index) => ({ name: `t${index}`, issuer: 'acme/ci', request, ...test })),
      }),
    );

  it('that hold are no problem', () => {
    const passing = [
      { claims: { sub: 'x' }, expect: 'allow' },
      { claims: { sub: 'x', event: 'fork' }, expect: 'deny' },
      { claims: {}, expect: 'deny' },
    ];
    expect(tests(...passing)).toMatchObject({ ok: true });
  });

  it('that fail are problems at their place, with what was missing', () => {
    const failing = tests(
      { claims: { sub: 'x' }, expect: 'allow' },
      { claims: { sub: 'y' }, expect: 'allow' },
    );
    expect(failing).toMatchObject({
      ok: false,
      error: [
        {
          path: ['tests', 1],
          rule: 'policy-test',
          message: expect.stringMatching(/^this test expects allow and gets deny: .*claims\.sub/),
        },
      ],
    });
  });

  it('prove nothing about a target that does not exist', () => {
    const nowhere = { claims: {}, expect: 'deny', request: { type: 'team', scope: 'team:gone' } };
    const message = expect.stringMatching(/^this test expects deny and proves nothing: .*"team:gone"/);
    expect(tests(nowhere)).toMatchObject({ ok: false, error: [{ path: ['tests', 0], message }] });
  });
});
