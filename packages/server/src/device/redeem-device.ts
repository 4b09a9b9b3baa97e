import type { RefusalCode, Result } from '@countersign/core';
import { originOf, type Origin } from '../audit/origin.ts';
import type { IdentifiedRefusal, IssuedSession } from '../exchange/model.ts';
import { createRefuser } from '../exchange/refuser.ts';
import { issueFurther } from '../sessions/further-token.ts';
import { nowOf } from '../sessions/deps.ts';
import {
  consumeDeviceGrant,
  findDeviceGrant,
  parseDeviceGrant,
  type DeviceGrant,
} from '../storage/repositories/device-grants.ts';
import { hashOfCode } from './begin-device.ts';
import type { DeviceDeps } from './model.ts';

/** What a program shows when it asks whether it is let in. */
export interface DevicePoll extends Origin {
  readonly deviceCode: string;
  readonly client: string;
}

/** The token of the session that let it in, once: the grant is used up in the commit that makes the token. */
export async function redeemDevice(
  deps: DeviceDeps,
  { deviceCode, client, ...origin }: DevicePoll,
): Promise<Result<IssuedSession, IdentifiedRefusal>> {
  const attempt = { id: deps.decisions.newId(), time: deps.clock.now(), ...originOf(origin) };
  const refuse = createRefuser(deps.decisions, attempt);
  const hash = hashOfCode(deviceCode);
  const rows = await deps.reader.read(findDeviceGrant(hash));
  if (!rows.ok) return refuse.unverified({ code: 'server.storage' });
  const [row] = rows.value;
  const grant = row && parseDeviceGrant(row);
  // Whoever shows another name than it asked under is not the program that asked (RFC 6749 section 5.2).
  if (grant?.client !== client) return refuse.unverified({ code: 'device.code' });
  const code = refusalOf(deps, grant);
  if (code !== undefined) return refuse.unverified({ code });
  const issued = await issueFurther(deps, {
    session: grant.session ?? '',
    format: 'opaque',
    device: { ...originOf(origin), userAgent: client },
    uses: [consumeDeviceGrant(hash, nowOf(deps))],
    about: { device: client },
    gone: 'device.code',
  });
  if (issued.ok) deps.pace.forget(hash);
  return issued;
}

function refusalOf(deps: DeviceDeps, { hash, state, expiresAt }: DeviceGrant): RefusalCode | undefined {
  if (nowOf(deps) >= expiresAt) return 'device.expired';
  if (deps.pace.tooSoon(hash)) return 'device.slow_down';
  if (state === 'pending') return 'device.pending';
  return state === 'denied' ? 'device.denied' : undefined;
}
