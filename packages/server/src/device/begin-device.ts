import { hash } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import type { Origin } from '../audit/origin.ts';
import { countDeviceGrants, insertDeviceGrant } from '../storage/repositories/device-grants.ts';
import { nowOf } from '../sessions/deps.ts';
import { DEVICE_LIFE, type DeviceDeps } from './model.ts';
import { newUserCode } from './user-code.ts';

/** Programs that may wait at once, of one address and of all: each is a row that anybody may make. */
export const MAX_WAITING_OF_ADDRESS = 20;
export const MAX_WAITING = 1000;

const CODE_BYTES = 32;

/** Times that another user code is drawn. */
const ATTEMPTS = 5;

export interface BegunDevice {
  /** For the program; it exists nowhere else. */
  readonly deviceCode: string;
  readonly userCode: string;
}

/** A program asks to be let in. `limited`: too many wait already. */
export async function beginDevice(
  deps: DeviceDeps,
  client: string,
  { remoteAddress }: Origin,
): Promise<Result<BegunDevice, 'limited' | 'unavailable'>> {
  const now = nowOf(deps);
  const counted = await deps.reader.read(countDeviceGrants(remoteAddress, now, MAX_WAITING));
  if (!counted.ok) return counted;
  const { rows = 0, own = 0 } = counted.value[0] ?? {};
  if (Number(rows) >= MAX_WAITING || Number(own) >= MAX_WAITING_OF_ADDRESS) return err('limited');
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const deviceCode = Buffer.from(deps.random.bytes(CODE_BYTES)).toString('base64url');
    const userCode = newUserCode(deps.random);
    const grant = {
      hash: hashOfCode(deviceCode),
      userCode,
      client,
      address: remoteAddress,
      createdAt: now,
      expiresAt: now + DEVICE_LIFE,
    };
    const written = await deps.database.write([insertDeviceGrant(grant)]);
    if (written.ok) return ok({ deviceCode, userCode });
    if (written.error !== 'conflict') return err('unavailable');
  }
  return err('unavailable');
}

export function hashOfCode(deviceCode: string): string {
  return hash('sha256', deviceCode, 'base64url');
}
