import { principalFacts } from '@countersign/core';
import { decideDevice, findDevice, type CodeFailure } from '../device/decide-device.ts';
import type { DeviceDeps } from '../device/model.ts';
import { shownCode } from '../device/user-code.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { deviceCodePage } from '../pages/device-code-page.ts';
import { deviceConfirmPage } from '../pages/device-confirm-page.ts';
import { deviceDonePage } from '../pages/device-done-page.ts';
import { DECISIONS, FIELDS } from '../pages/fields.ts';
import { pageAnswer } from '../pages/page.ts';
import type { LiveSession } from '../sessions/model.ts';
import type { DeviceGrant } from '../storage/repositories/device-grants.ts';
import { leadOn } from './answers.ts';
import { fieldsOf } from './change.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { signInLocation } from './own-place.ts';
import { refuse } from './refuse.ts';
import { sessionOf } from './session-of.ts';

/**
 * Where a person lets a program in (RFC 8628 section 3.3). A link brings a code along, and never more than the question: the
 * attack is somebody else's code, sent with a story (section 5.4), and only the person can tell.
 */
export interface DevicePagesDeps extends LoginDeps {
  readonly device: DeviceDeps;
}

/** GET /device, with a code or without. */
export async function deviceEndpoint(deps: DevicePagesDeps, request: ServiceRequest): Promise<Answer> {
  const [typed, another] = new URLSearchParams(request.query).getAll(FIELDS.userCode);
  const code = typed !== undefined && another === undefined && SHOWN.test(typed) ? typed : undefined;
  const path = code === undefined ? PATHS.device : `${PATHS.device}?${FIELDS.userCode}=${code}`;
  return asPerson(deps, request, path, (session) =>
    code === undefined ? entry() : question(deps, code, session, request),
  );
}

/** A code as links of ours bring it: nothing else of an address is taken along. */
const SHOWN = /^[A-Z]{4}-[A-Z]{4}$/;

/** POST /device: the code as the person has typed it. */
export async function deviceCodeEndpoint(deps: DevicePagesDeps, request: ServiceRequest): Promise<Answer> {
  const { [FIELDS.userCode]: typed = '' } = await fieldsOf(deps, request, [FIELDS.userCode]);
  return asPerson(deps, request, PATHS.device, (session) => question(deps, typed, session, request));
}

/** POST /device/decide */
export async function deviceDecisionEndpoint(
  deps: DevicePagesDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const fields = await fieldsOf(deps, request, [FIELDS.userCode, FIELDS.decision]);
  const { [FIELDS.userCode]: typed = '', [FIELDS.decision]: decision } = fields;
  if (decision !== DECISIONS.approve && decision !== DECISIONS.deny)
    return refuse(deps, request, 'request.parameter');
  return asPerson(deps, request, PATHS.device, async (session) => {
    const found = await findDevice(deps.device, typed, session);
    if (!found.ok) return failed(deps, request, found.error);
    const state = decision === DECISIONS.approve ? 'approved' : 'denied';
    const decided = await decideDevice(deps.device, found.value, { session, state });
    if (!decided.ok && decided.error === 'unavailable') return refuse(deps, request, 'server.storage');
    return pageAnswer(deviceDonePage({ outcome: decided.ok ? state : 'used' }), { status: 200 });
  });
}

/** Whoever is signed in as a person: the administrator of the site is none whom a program could become. */
async function asPerson(
  deps: DevicePagesDeps,
  request: ServiceRequest,
  path: string,
  show: (session: LiveSession) => Answer | Promise<Answer>,
): Promise<Answer> {
  const session = await sessionOf(deps, request);
  if (session === 'unavailable') return refuse(deps, request, 'server.storage');
  if (session === 'none' || session.token.principal.kind !== 'user')
    return leadOn(request.method === 'POST' ? 303 : 302, signInLocation(deps, path));
  return show(session);
}

function entry(error?: string): Answer {
  const page = deviceCodePage({ action: PATHS.device, ...(error !== undefined && { error }) });
  return pageAnswer(page, { status: error === undefined ? 200 : 400 });
}

async function question(
  deps: DevicePagesDeps,
  typed: string,
  session: LiveSession,
  request: ServiceRequest,
): Promise<Answer> {
  const found = await findDevice(deps.device, typed, session);
  return found.ok ? confirmation(found.value, session) : failed(deps, request, found.error);
}

function confirmation({ userCode, client, address, createdAt }: DeviceGrant, session: LiveSession): Answer {
  const facts = principalFacts(session.token.principal);
  const person = [facts['email'], facts['name'], facts['id']].find((each) => typeof each === 'string');
  const page = deviceConfirmPage({
    action: PATHS.decideDevice,
    code: shownCode(userCode),
    client,
    address,
    requestedAt: createdAt,
    person: typeof person === 'string' ? person : '',
  });
  return pageAnswer(page, { status: 200 });
}

function failed(deps: DevicePagesDeps, request: ServiceRequest, failure: CodeFailure): Answer {
  switch (failure) {
    case 'unknown':
      return entry('There is no such code, or it has expired. Look at the program again.');
    case 'limited':
      return refuse(deps, request, 'limit.rate', { headers: { 'retry-after': '600' } });
    case 'unavailable':
      return refuse(deps, request, 'server.storage');
  }
}
