import { err, ok, principalId, type Result } from '@countersign/core';
import {
  decideDeviceGrant,
  findDeviceGrantByCode,
  parseDeviceGrant,
  type DeviceGrant,
} from '../storage/repositories/device-grants.ts';
import { nowOf } from '../sessions/deps.ts';
import type { LiveSession } from '../sessions/model.ts';
import type { DeviceDeps } from './model.ts';
import { readUserCode } from './user-code.ts';

/**
 * `unknown`: there is no such code, any more or at all; nobody learns which. `limited`: too many wrong ones came before.
 */
export type CodeFailure = 'unknown' | 'limited' | 'unavailable';

/** The program that waits under a code, for a person to look at. A wrong code counts. */
export async function findDevice(
  { reader, guesses, clock }: DeviceDeps,
  typed: string,
  { id }: LiveSession,
): Promise<Result<DeviceGrant, CodeFailure>> {
  if (guesses.wait(id) > 0) return err('limited');
  const code = readUserCode(typed);
  const rows = code === undefined ? ok([]) : await reader.read(findDeviceGrantByCode(code));
  if (!rows.ok) return rows;
  const [row] = rows.value;
  const grant = row && parseDeviceGrant(row);
  if (grant?.state === 'pending' && nowOf({ clock }) < grant.expiresAt) return ok(grant);
  guesses.wrong(id);
  return err('unknown');
}

/** Says yes or no, once. The session that says yes is whose token the program will have. */
export async function decideDevice(
  deps: DeviceDeps,
  grant: DeviceGrant,
  { session, state }: { readonly session: LiveSession; readonly state: 'approved' | 'denied' },
): Promise<Result<void, 'unknown' | 'unavailable'>> {
  const written = await deps.decisions.changed(
    {
      event: state === 'approved' ? 'device.approved' : 'device.denied',
      time: deps.clock.now(),
      token: session.id,
      actor: principalId(session.token.principal),
      detail: { client: grant.client, address: grant.address },
    },
    [decideDeviceGrant(grant.hash, { state, session: session.id, now: nowOf(deps) })],
  );
  if (written.ok) return ok(undefined);
  return err(written.error === 'conflict' ? 'unknown' : 'unavailable');
}
