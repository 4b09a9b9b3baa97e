import { ok } from '@countersign/core';
import type { DeviceDeps } from '../../device/model.ts';
import { redeemDevice } from '../../device/redeem-device.ts';
import { requiredString } from '../../http/parameter.ts';
import { nowOf } from '../../sessions/deps.ts';
import { readClient } from '../client.ts';
import type { GrantHandler } from './grant-handler.ts';

/** The device code grant (RFC 8628 section 3.4): a program asks whether its person has let it in. */
export function deviceCodeGrant(deps: DeviceDeps): GrantHandler {
  return {
    grantType: 'urn:ietf:params:oauth:grant-type:device_code',
    handle: async (parameters, origin) => {
      const deviceCode = requiredString(parameters, 'device_code');
      if (!deviceCode.ok) return deviceCode;
      const client = readClient(parameters);
      if (!client.ok) return client;
      const issued = await redeemDevice(deps, {
        ...origin,
        deviceCode: deviceCode.value,
        client: client.value,
      });
      if (!issued.ok) return issued;
      const { value, expiresAt } = issued.value;
      return ok({
        members: { access_token: value, token_type: 'Bearer', expires_in: expiresAt - nowOf(deps) },
      });
    },
  };
}
