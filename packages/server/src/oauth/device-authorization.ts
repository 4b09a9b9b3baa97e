import { originOf } from '../audit/origin.ts';
import { beginDevice, type BegunDevice } from '../device/begin-device.ts';
import { DEVICE_LIFE, type DeviceDeps } from '../device/model.ts';
import { INTERVAL } from '../device/pace.ts';
import { shownCode } from '../device/user-code.ts';
import type { FailureLimit } from '../http/failure-limit.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { readParameters } from '../http/read-parameters.ts';
import { refuseMalformed } from '../http/refuse-malformed.ts';
import { countFailure, refuseOverLimit } from '../http/refuse-over-limit.ts';
import { readClient } from './client.ts';

export interface DeviceAuthorizationDeps extends Pick<DeviceDeps, 'snapshot' | 'decisions' | 'clock'> {
  readonly device: DeviceDeps;
  readonly failures: FailureLimit;
}

/** POST /api/oauth/device (RFC 8628 section 3.1): a program asks to be let in, and is told what to show its person. */
export async function deviceAuthorizationEndpoint(
  deps: DeviceAuthorizationDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const refused = refuseOverLimit(deps, request);
  return refused ?? countFailure(deps.failures, request, await answer(deps, request));
}

async function answer(deps: DeviceAuthorizationDeps, request: ServiceRequest): Promise<Answer> {
  if (request.method !== 'POST')
    return refuseMalformed(deps, request, { code: 'request.method', hint: [] }, { allow: 'POST' });
  const { service, settings } = deps.snapshot();
  const parameters = await readParameters(request, settings.limits.body);
  if (!parameters.ok) return refuseMalformed(deps, request, { code: parameters.error, hint: [] });
  const client = readClient(parameters.value);
  if (!client.ok) return refuseMalformed(deps, request, client.error);
  const begun = await beginDevice(deps.device, client.value, originOf(request));
  if (begun.ok) return jsonAnswer(200, members(begun.value, service.url));
  return begun.error === 'limited'
    ? refuseMalformed(deps, request, { code: 'limit.rate', hint: [] }, { 'retry-after': '60' })
    : refuseMalformed(deps, request, { code: 'server.storage', hint: [] });
}

/** RFC 8628 section 3.2. */
function members({ deviceCode, userCode }: BegunDevice, url: string) {
  const shown = shownCode(userCode);
  return {
    device_code: deviceCode,
    user_code: shown,
    verification_uri: `${url}/device`,
    verification_uri_complete: `${url}/device?user_code=${shown}`,
    expires_in: DEVICE_LIFE,
    interval: INTERVAL,
  };
}
