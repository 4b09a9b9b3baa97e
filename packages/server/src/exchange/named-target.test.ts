import type { Target } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { acme, snapshotOf } from '../snapshot/testing/from-file.ts';
import { namedTarget } from './named-target.ts';

const directory = snapshotOf(acme()).organizations.get('acme')?.directory;
if (!directory) throw new Error('no directory');
const [id = ''] = directory.runnersById.keys();

describe('what a token is asked for', () => {
  it('is a runner by its name or by its id, which mean the same', () => {
    const named: Target = { type: 'runner', runner: 'linux' };
    expect(namedTarget(directory, named)).toEqual(named);
    expect(namedTarget(directory, { type: 'runner', runner: id })).toEqual(named);
  });

  it('is the runner of the id, also when another is called like it', () => {
    const impostor = { id: 'run_2', name: id, description: '' };
    const runnersById = new Map([...directory.runnersById, [impostor.id, impostor]]);
    const runners = new Set([...directory.runners, id]);
    const target = namedTarget({ ...directory, runners, runnersById }, { type: 'runner', runner: id });
    expect(target).toEqual({ type: 'runner', runner: 'linux' });
  });

  it.each<Target>([
    { type: 'runner', runner: 'nobody' },
    { type: 'team', team: id },
    { type: 'personal', login: id },
    { type: 'organization', admin: true },
  ])('is left as it is otherwise: %j', (target) => {
    expect(namedTarget(directory, target)).toBe(target);
  });
});
