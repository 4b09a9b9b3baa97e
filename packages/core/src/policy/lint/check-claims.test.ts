import { describe, expect, it } from 'vitest';
import { allow, deny, GITHUB, lint, OWN, told } from './testing/lint-rig.ts';

describe('claims that the platform does not issue', () => {
  it('are told, with what was meant', () => {
    const findings = lint(GITHUB, deny({ match: { event_nam: { equals: 'pull_request' } } }));
    expect(told(findings)).toEqual(['unknown-claim policies/0/match/event_nam']);
    expect(findings[0]?.message).toContain('did you mean "event_name"?');
  });

  it('are told of nested ones', () => {
    const url = 'https://kubernetes.default.svc';
    const policy = { sub: { equals: 'system:serviceaccount:ci:builder' } };
    expect(lint(url, allow({ match: { ...policy, '"kubernetes.io".namespace': { equals: 'ci' } } }))).toEqual(
      [],
    );
    expect(
      told(lint(url, allow({ match: { ...policy, 'kubernetes.io.namespace': { equals: 'ci' } } }))),
    ).toEqual(['unknown-claim policies/0/match/kubernetes.io.namespace']);
  });

  it.each([
    [GITHUB, 'repo_property_team'],
    [GITHUB, 'environment'],
    ['https://acme.tokens.sts.global.api.aws', '"https://sts.amazonaws.com/".request_tags.job'],
    ['https://agent.buildkite.com', '"agent_tag:queue"'],
    [OWN, 'anything.at.all'],
  ])('are not those that %s may issue: %s', (url, claim) => {
    expect(lint(url, deny({ match: { [claim]: { equals: 'x' } } }))).toEqual([]);
  });
});
