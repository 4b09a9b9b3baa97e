import { entry } from './refusal-entry.ts';

/** Refusals of people: in a browser, and of programs that they let in. */
export const PEOPLE_REFUSALS = {
  'request.origin': entry(
    403,
    'invalid_request',
    'The request comes from a page of another origin.',
    'A change on a page of ours was sent without an Origin header that names this service: by another site, or by a browser that leaves it out.',
    'Open the page on this service itself and send its form from there.',
  ),
  'sign_in.expired': entry(
    400,
    'invalid_request',
    'This sign-in took too long, or was used before.',
    'A sign-in has to begin and to end within its time, and works once; a link to one that was kept is of no use.',
    'Open the page that you wanted again, which begins a new sign-in.',
  ),
  'sign_in.browser': entry(
    400,
    'invalid_request',
    'This browser did not bring the cookie of this sign-in.',
    'The sign-in was begun in another browser or window, or the browser keeps no cookies of this service; a link that somebody sent would look the same.',
    'Allow cookies for this service, open the page that you wanted again, and end the sign-in where it began.',
  ),
  'sign_in.denied': entry(
    403,
    'access_denied',
    'The identity provider did not sign you in.',
    'The person cancelled the sign-in, or the identity provider does not let this account use this service.',
    'Sign in again; if the identity provider refuses, ask whoever administers it for access.',
  ),
  'sign_in.provider': entry(
    502,
    'temporarily_unavailable',
    'The answer of the identity provider could not be believed.',
    'A check of the answer failed: its signature, issuer, audience, nonce, times, or that it belongs to this sign-in.',
    'Sign in again; if it stays so, an administrator compares client, issuer and the clocks of both servers.',
    true,
  ),
  'device.pending': entry(
    400,
    'authorization_pending',
    'Nobody has let this program in yet.',
    'The person has not entered the code, or has not decided.',
    'Ask again after the interval.',
    true,
  ),
  'device.slow_down': entry(
    400,
    'slow_down',
    'This program asks too often.',
    'It asked again before the interval had passed, which is five seconds longer from now on.',
    'Wait five seconds more between two questions.',
    true,
  ),
  'device.denied': entry(
    400,
    'access_denied',
    'The person did not let this program in.',
    'The person pressed deny.',
    'Begin again if that was a mistake.',
  ),
  'device.expired': entry(
    400,
    'expired_token',
    'The code of this program has expired.',
    'Nobody decided within ten minutes.',
    'Begin again, and enter the new code.',
  ),
  'device.code': entry(
    400,
    'invalid_grant',
    'This device code is not known, or has been used.',
    'The code was never given, gave a token already, belongs to another client, or the session that let it in has ended.',
    'Begin again.',
  ),
} as const;
