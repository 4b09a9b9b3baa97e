import type { TokenRecord } from '../tokens/model.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { isLimited, type Caller } from './caller.ts';
import { roleIn } from './role.ts';

/**
 * Whether a caller may read about a token, or end it: the site administrator all, an organization's admin those of the
 * organization, a person their own, and everybody the one that they are calling with. A token that opens named
 * resources has a right over itself and nothing else.
 */
export function mayAct(snapshot: Snapshot, caller: Caller, token: TokenRecord): boolean {
  if (caller.token?.id === token.id) return true;
  if (isLimited(caller)) return false;
  if (caller.principal.kind === 'administrator' || samePerson(caller, token)) return true;
  return token.organization !== undefined && roleIn(snapshot, caller.principal, token.organization) === 'A';
}

/**
 * `user` names a person once and for all: `usr_…` is never given again, and `PROVIDER/SUB` holds its provider. But a
 * login is one person on the whole server, and what an organization says of it counts there alone (threat 18): whom one
 * calls `ada` is nobody to what another has issued to her.
 */
function samePerson({ principal, token: own }: Caller, token: TokenRecord): boolean {
  return (
    principal.kind === 'user' &&
    token.principal.kind === 'user' &&
    principal.user === token.principal.user &&
    own?.organization === token.organization
  );
}
