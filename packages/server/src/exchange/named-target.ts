import type { Target } from '@countersign/core';
import type { OrganizationDirectory } from '../snapshot/model.ts';

/**
 * A runner may be asked for by its id, which agents are configured with; policies, principals and tokens know its name
 * alone. The id goes first: nobody can call a runner of theirs by the id of another and be taken for it.
 */
export function namedTarget({ runnersById }: OrganizationDirectory, target: Target): Target {
  if (target.type !== 'runner') return target;
  const runner = runnersById.get(target.runner);
  return runner === undefined ? target : { ...target, runner: runner.name };
}
