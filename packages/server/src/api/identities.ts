import type { IdentityView } from '@countersign/core/api-model';
import { removeIdentity } from '../administration/identities.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import { fileId } from '../snapshot/file-id.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import { identitiesOfMember, parseIdentity, type Identity } from '../storage/repositories/identities.ts';
import { apiError, callerError, NO_CONTENT, refusalAnswer } from './answer.ts';
import type { DirectoryDeps } from './directory.ts';
import type { ApiCall } from './operation.ts';
import { timeText } from './time-text.ts';

/**
 * Which accounts a member signs in with, one of each identity provider: bound by the first sign-in, seen and taken away
 * by the organization's administrators. Those of another organization are nobody's business here, whatever the login.
 */
export interface IdentitiesDeps extends DirectoryDeps {
  readonly reader: Reader;
}

/** One of each provider that has ever been configured. */
const MOST = 1000;

/** GET /api/orgs/{org}/members/{login}/identities */
export async function getIdentities(deps: IdentitiesDeps, call: ApiCall): Promise<Answer> {
  const identities = await identitiesOf(deps, call);
  if (!identities) return callerError('unavailable');
  const snapshot = deps.snapshot();
  // Whoever has left may still have one: it is what keeps them from coming back as a stranger.
  if (identities.length === 0 && !call.organization().directory.members.has(call.parameter('login')))
    return apiError(404, 'No such member.');
  return jsonAnswer(200, { identities: identities.map((identity) => viewOf(snapshot, identity)) });
}

/** DELETE /api/orgs/{org}/members/{login}/identities/{id}: 204, and the sessions that came of it are over here. */
export async function deleteIdentity(deps: IdentitiesDeps, call: ApiCall): Promise<Answer> {
  const identities = await identitiesOf(deps, call);
  if (!identities) return callerError('unavailable');
  const identity = identities.find(({ id }) => id === call.parameter('id'));
  if (!identity) return apiError(404, 'No such identity.');
  const changed = await deps.change(call.author(), (world) => removeIdentity(world, identity));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

async function identitiesOf(
  { reader }: IdentitiesDeps,
  call: ApiCall,
): Promise<readonly Identity[] | undefined> {
  // A login is one person for good, a member or not.
  const user = fileId('usr', call.parameter('login'));
  const rows = await reader.read(identitiesOfMember({ organization: call.organization().name, user }, MOST));
  return rows.ok ? rows.value.map(parseIdentity) : undefined;
}

function viewOf(snapshot: Snapshot, { id, provider, subject, login, createdAt }: Identity): IdentityView {
  const name = snapshot.identityProvidersById.get(provider)?.name;
  return {
    id,
    login,
    issuerId: provider,
    ...(name === undefined ? {} : { identityProvider: name }),
    subject,
    created: timeText(createdAt * 1000),
  };
}
