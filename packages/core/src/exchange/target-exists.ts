import type { Directory, Target } from './model.ts';

/** Whether the organization has what a token is asked for. For operators: to callers, no such target reads as no policy. */
export function targetExists(directory: Directory, target: Target): boolean {
  switch (target.type) {
    case 'organization':
      return true;
    case 'team':
      return directory.teams.has(target.team);
    case 'personal':
      return directory.members.has(target.login);
    case 'runner':
      return directory.runners.has(target.runner);
  }
}
