import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../model.ts';
import { allow, deny, found, GITHUB, ID, lint, MAIN, passes, told } from './testing/lint-rig.ts';

describe('runs that outsiders cause', () => {
  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['an id alone', { match: ID }],
    ['any run of a repository', { rules: { sub: 'repo:acme/shop:*' } }],
    ['pull requests by name', { rules: { sub: 'repo:acme/shop:pull_request' } }],
  ])('pass %s', (_what, policy) => {
    const policies = [allow(policy)];
    const finding = found(lint(GITHUB, ...policies), 'outside-run');
    expect(finding.example).toMatchObject({
      event_name: 'pull_request',
      ref: 'refs/pull/412/merge',
      actor: 'mallory',
    });
    expect(finding.example?.['sub']).toMatch(/^repo:acme\/[^:]+:pull_request$/);
    expect(passes(policies, finding.example)).toBe(true);
  });

  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['a branch', { match: { ...ID, ...MAIN } }],
    ['an environment', { match: { ...ID, environment: { equals: 'production' } } }],
    ['an event', { match: { ...ID, event_name: { equals: 'push' } } }],
    ['a subject of a branch', { rules: { sub: 'repo:acme/shop:ref:*' } }],
  ])('are kept out by %s', (_what, policy) => {
    expect(told(lint(GITHUB, allow(policy))).join()).not.toContain('outside-run');
  });

  it('are kept out by a deny, but not by one in audit mode', () => {
    const stop = deny({ match: { event_name: { one_of: ['pull_request', 'pull_request_target'] } } });
    expect(told(lint(GITHUB, allow({ match: ID }), stop)).join()).not.toContain('outside-run');
    found(lint(GITHUB, allow({ match: ID }), { ...stop, mode: 'audit' }), 'outside-run');
  });

  it('are known of other platforms', () => {
    for (const [url, match] of [
      ['https://gitlab.com', { project_id: { equals: '8412' } }],
      ['https://agent.buildkite.com', { pipeline_id: { equals: 'p' } }],
      ['https://oidc.circleci.com/org/o', { '"oidc.circleci.com/project-id"': { equals: 'p' } }],
    ] as const) {
      const policies = [allow({ match })];
      expect(passes(policies, found(lint(url, ...policies), 'outside-run').example)).toBe(true);
    }
  });
});
