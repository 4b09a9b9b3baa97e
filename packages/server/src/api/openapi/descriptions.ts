import { DECISIONS } from './described/decisions.ts';
import { IDENTITIES } from './described/identities.ts';
import { ISSUERS } from './described/issuers.ts';
import { ORGANIZATIONS } from './described/organizations.ts';
import { SERVICE_ACCOUNTS } from './described/service-accounts.ts';
import { TEAMS } from './described/teams.ts';
import { TOKENS } from './described/tokens.ts';
import { USER } from './described/user.ts';
import type { Description } from './model.ts';

/** The words to every row of the list of operations, by `METHOD path`. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  ...USER,
  ...ORGANIZATIONS,
  ...IDENTITIES,
  ...TEAMS,
  ...ISSUERS,
  ...TOKENS,
  ...SERVICE_ACCOUNTS,
  ...DECISIONS,
};
