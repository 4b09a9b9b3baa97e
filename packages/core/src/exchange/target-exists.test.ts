import { describe, expect, it } from 'vitest';
import type { Directory } from './model.ts';
import { targetExists } from './target-exists.ts';

const directory: Directory = {
  organization: 'acme',
  members: new Map([['ada', { user: 'usr_ada', login: 'ada', role: 'member' }]]),
  teams: new Map([['platform', { name: 'platform', displayName: 'Platform', members: [] }]]),
  runners: new Set(['linux']),
  resources: new Set(),
};

describe('a target', () => {
  it.each([
    [{ type: 'organization', admin: true }, true],
    [{ type: 'team', team: 'platform' }, true],
    [{ type: 'team', team: 'ada' }, false],
    [{ type: 'personal', login: 'ada' }, true],
    [{ type: 'personal', login: 'linux' }, false],
    [{ type: 'runner', runner: 'linux' }, true],
    [{ type: 'runner', runner: 'platform' }, false],
  ] as const)('%j exists: %s', (target, expected) => {
    expect(targetExists(directory, target)).toBe(expected);
  });
});
