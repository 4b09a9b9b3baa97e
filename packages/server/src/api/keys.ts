import { jsonAnswer, type Answer } from '../http/message.ts';
import type { KeyAdmin, RingView } from '../keys/port.ts';
import type { Caller } from '../caller/caller.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { apiError, callerError, NO_CONTENT } from './answer.ts';
import { readJsonBody } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/** The key rings, for the site administrator: listed, rotated, a key withdrawn. Public facts only, never a key. */
export interface KeysDeps {
  readonly snapshot: () => Snapshot;
  readonly keyAdmin: KeyAdmin;
}

/** GET /api/keys */
export function getKeys(deps: KeysDeps): Answer {
  return jsonAnswer(200, { rings: deps.keyAdmin.list() });
}

/** POST /api/keys/{ring}/rotate `{force?}` → the ring as it is now; 409 when the next key is too young. */
export async function rotateKeys(deps: KeysDeps, call: ApiCall): Promise<Answer> {
  const body = await readJsonBody(call.request, deps.snapshot().settings.limits.body);
  if (!body.ok) return body.error;
  const { force = false, ...rest } = body.value;
  if (typeof force !== 'boolean' || Object.keys(rest).length > 0)
    return apiError(400, 'The body may hold force, true or false, and nothing else.');
  const ring = ringOf(deps, call);
  if (!ring) return apiError(404, 'No such ring.');
  const done = await deps.keyAdmin.rotate(ring.ring, { force, actor: actorOf(call.caller) });
  if (done.ok) return jsonAnswer(200, done.value);
  switch (done.error) {
    case 'too_young':
      return apiError(
        409,
        'The next key has been published for less than a day: who caches the key set may not know it. Use force to rotate all the same.',
      );
    case 'unavailable':
      return callerError('unavailable');
  }
}

/**
 * POST /api/keys/{ring}/{kid}/revoke: 204. What the key signed stops being ours at once; of `checksum`, a token that is
 * known in memory goes on, since it is found by its hash and not by its checksum.
 */
export async function revokeKey(deps: KeysDeps, call: ApiCall): Promise<Answer> {
  const ring = ringOf(deps, call);
  if (!ring) return apiError(404, 'No such ring.');
  const kid = call.parameter('kid');
  const done = await deps.keyAdmin.revoke(ring.ring, kid, { actor: actorOf(call.caller) });
  if (done.ok) return NO_CONTENT;
  switch (done.error) {
    case 'unknown':
      return apiError(404, 'No such key.');
    case 'unavailable':
      return callerError('unavailable');
  }
}

function ringOf(deps: KeysDeps, call: ApiCall): RingView | undefined {
  const name = call.parameter('ring');
  return deps.keyAdmin.list().find((ring) => ring.ring === name);
}

function actorOf({ token }: Caller): string {
  return token === undefined ? 'administrator' : token.id;
}
