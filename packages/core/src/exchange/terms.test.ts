import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../policy/model.ts';
import { exchange } from './exchange.ts';
import { directory, input, policy, team } from './testing/fixture.ts';

describe('resources', () => {
  const app = 'https://app.example';
  const wiki = 'https://wiki.example';
  const open = policy({ target: '*' });
  const only = (...resources: readonly string[]): TrustPolicy => policy({ target: '*', resources });

  function granted(policies: readonly TrustPolicy[], resources: readonly string[] = []): unknown {
    const result = exchange(
      input(team, policies, { request: { organization: 'acme', target: team, resources } }),
    );
    return result.ok ? result.value.resources : result.error.code;
  }

  it('are exactly those that were asked for, in one spelling and each once', () => {
    expect(granted([open], [wiki, app])).toEqual([wiki, app]);
    expect(granted([open], ['HTTPS://App.Example:443/', app])).toEqual([app]);
    expect(granted([only(app, wiki)], [app])).toEqual([app]);
  });

  it('are those of all matching policies together where none were asked for', () => {
    expect(granted([only(wiki), only(app, wiki)])).toEqual([app, wiki]);
    expect(granted([only('https://gone.example', app)])).toEqual([app]);
  });

  it('have no limit where one matching policy has none', () => {
    expect(granted([only(app), open])).toEqual([]);
    expect(granted([only(app), open], [wiki])).toEqual([wiki]);
  });

  it('that do not exist and that no policy opens are one refusal', () => {
    expect(granted([open], ['https://gone.example'])).toBe('request.resource');
    expect(granted([only(app)], [wiki])).toBe('request.resource');
    expect(granted([only('https://gone.example')], ['https://gone.example'])).toBe('request.resource');
    // A part of what was asked for is not what was asked for.
    expect(granted([only(app)], [app, wiki])).toBe('request.resource');
    // A route below one that is open is another resource.
    expect(granted([only(app)], [`${app}/admin`])).toBe('request.resource');
  });

  it('of which nothing exists any more are no grant, and never one without a limit', () => {
    expect(granted([only('https://gone.example')])).toBe('policy.refused');
  });

  it('are told of to nobody whom no policy allows anything', () => {
    expect(granted([policy({ target: 'other' })], [app])).toBe('policy.refused');
    expect(granted([policy({ target: 'other' })], ['https://gone.example'])).toBe('policy.refused');
  });

  it('are refused before anything is decided where one is no resource', () => {
    for (const resource of [
      'app.example',
      'https://app.example/#x',
      'https://app.example/../wiki',
      '',
      '*',
    ]) {
      const request = { organization: 'acme', target: team, resources: [app, resource] };
      const result = exchange(input(team, [open], { request }));
      expect(result).toEqual({ ok: false, error: { code: 'request.resource' } });
    }
  });

  it('are 16 in a request and no more', () => {
    const many = Array.from({ length: 17 }, (_, index) => `https://app-${index}.example`);
    const wide = { ...directory, resources: new Set(many) };
    const ask = (resources: readonly string[]) =>
      exchange(
        input(team, [open], { directory: wide, request: { organization: 'acme', target: team, resources } }),
      );
    expect(ask(many.slice(1)).ok).toBe(true);
    expect(ask(many)).toEqual({ ok: false, error: { code: 'request.resource' } });
    expect(ask(many.map(() => app))).toEqual({ ok: false, error: { code: 'request.resource' } });
  });
});

describe('the format', () => {
  const opaque = policy({ target: '*' });
  const jwt = policy({ target: '*', format: 'jwt' });

  function granted(
    policies: readonly TrustPolicy[],
    changes: { format?: 'jwt'; expiration?: number } = {},
  ): unknown {
    const request = { organization: 'acme', target: team, resources: [], ...changes };
    const result = exchange(input(team, policies, { request }));
    return result.ok && [result.value.format, result.value.expiresIn];
  }

  it('is signed only where every matching policy says so', () => {
    expect(granted([jwt])).toEqual(['jwt', 3600]);
    expect(granted([jwt, jwt])).toEqual(['jwt', 3600]);
    expect(granted([jwt, opaque])).toEqual(['opaque', 7200]);
    expect(granted([jwt, policy({ target: 'other' })])).toEqual(['jwt', 3600]);
    expect(granted([jwt, policy({ target: '*', mode: 'audit' })])).toEqual(['jwt', 3600]);
  });

  it('is signed where nothing else was asked for', () => {
    expect(granted([opaque], { format: 'jwt' })).toEqual(['jwt', 3600]);
  });

  it('keeps signed tokens to an hour, whatever was asked for and allowed', () => {
    expect(granted([jwt], { expiration: 86_400 })).toEqual(['jwt', 3600]);
    expect(granted([{ ...jwt, maxExpiration: 86_400 }], { expiration: 86_400 })).toEqual(['jwt', 3600]);
    expect(granted([jwt], { expiration: 600 })).toEqual(['jwt', 600]);
  });
});
