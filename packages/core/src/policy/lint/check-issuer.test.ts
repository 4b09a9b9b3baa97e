import { describe, expect, it } from 'vitest';
import { lintTrust } from './lint.ts';
import { allow, GITHUB, ID, lint, MAIN, OWN, passes, subject, told } from './testing/lint-rig.ts';

describe('the issuer itself', () => {
  it.each([
    ['http://issuer.acme.example', ['issuer-insecure url']],
    ['http://127.0.0.1:8080', ['issuer-insecure url', 'issuer-private url']],
    ['https://10.1.2.3/x', ['issuer-private url']],
    ['https://[fd00::1]:8443', ['issuer-private url']],
    ['https://app.localhost', ['issuer-private url']],
    ['https://8.8.8.8', []],
    [OWN, []],
  ])('of %s', (url, expected) => {
    expect(told(lint(url))).toEqual(expected);
  });

  it('has no address where its keys are given by hand', () => {
    const given = subject('http://127.0.0.1:8080', [], { keysGiven: true });
    expect(told(lintTrust(given))).toEqual([]);
  });

  it('that takes any audience is shown with a token that was made for another service', () => {
    const policies = [allow({ match: { ...ID, ...MAIN } })];
    const [finding] = lintTrust(subject(GITHUB, policies, { audiences: 'any' }));
    expect(finding).toMatchObject({ level: 'warning', rule: 'audience-any', path: ['audiences'] });
    expect(finding?.example?.['aud']).toBe('https://other.example');
    expect(passes(policies, finding?.example)).toBe(true);
  });

  it('is looked at even when its policies do not compile', () => {
    const policies = [allow({ rules: {} })];
    expect(told(lintTrust(subject('http://issuer.acme.example', policies)))).toEqual(['issuer-insecure url']);
  });

  it('and policy of the manual have no finding', () => {
    expect(lint(GITHUB, allow({ match: { ...ID, ...MAIN } }))).toEqual([]);
  });
});
