import type { Answer, ServiceRequest } from '../http/message.ts';
import { askAdminToken, signInAdministrator } from './break-glass.ts';
import { callbackEndpoint } from './callback.ts';
import { change, counted } from './change.ts';
import { PATHS } from './model.ts';
import {
  deviceCodeEndpoint,
  deviceDecisionEndpoint,
  deviceEndpoint,
  type DevicePagesDeps,
} from './device.ts';
import { endOwnSession, endOwnSessions, listOwnSessions } from './own-sessions.ts';
import { listReachable } from './reachable.ts';
import { signInEndpoint } from './sign-in.ts';
import { askSignOut, signedOut, signOut } from './sign-out.ts';
import { whoEndpoint } from './who.ts';

interface LoginEndpoint {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly handle: (deps: DevicePagesDeps, request: ServiceRequest) => Answer | Promise<Answer>;
}

/** The pages of people, as rows: whatever takes a POST changes something, and is asked where it comes from. */
const PAGES: readonly LoginEndpoint[] = [
  { path: PATHS.signIn, method: 'GET', handle: signInEndpoint },
  { path: PATHS.callback, method: 'GET', handle: callbackEndpoint },
  { path: PATHS.who, method: 'GET', handle: whoEndpoint },
  { path: PATHS.routes, method: 'GET', handle: listReachable },
  { path: PATHS.sessions, method: 'GET', handle: listOwnSessions },
  { path: PATHS.endSession, method: 'POST', handle: endOwnSession },
  { path: PATHS.endAllSessions, method: 'POST', handle: endOwnSessions },
  { path: PATHS.signOut, method: 'GET', handle: askSignOut },
  { path: PATHS.signOut, method: 'POST', handle: signOut },
  { path: PATHS.signedOut, method: 'GET', handle: signedOut },
  { path: PATHS.breakGlass, method: 'GET', handle: askAdminToken },
  { path: PATHS.breakGlass, method: 'POST', handle: signInAdministrator },
  { path: PATHS.device, method: 'GET', handle: deviceEndpoint },
  { path: PATHS.device, method: 'POST', handle: deviceCodeEndpoint },
  { path: PATHS.decideDevice, method: 'POST', handle: deviceDecisionEndpoint },
];

export const LOGIN_ENDPOINTS: readonly LoginEndpoint[] = PAGES.map((page) => ({
  ...page,
  handle: counted(page.method === 'POST' ? change(page.handle) : page.handle),
}));
