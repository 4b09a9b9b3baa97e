import { breakGlassPage } from '../break-glass-page.ts';
import { choicePage } from '../choice-page.ts';
import { deviceCodePage } from '../device-code-page.ts';
import { deviceConfirmPage } from '../device-confirm-page.ts';
import { deviceDonePage } from '../device-done-page.ts';
import { errorCodePage } from '../error-code-page.ts';
import type { Page } from '../page.ts';
import { problemPage } from '../problem-page.ts';
import { refusedPage } from '../refused-page.ts';
import { routesPage } from '../routes-page.ts';
import { sampleSessions } from './sample-sessions.ts';
import { sessionsPage } from '../sessions-page.ts';
import { signOutPage } from '../sign-out-page.ts';
import { signedOutPage } from '../signed-out-page.ts';
import { whoPage } from '../who-page.ts';

/** Every page as people meet it, by the name of its picture. Every text that comes from outside goes through `say`. */
export function samplePages(say: (text: string) => string = (text) => text): ReadonlyMap<string, Page> {
  return new Map([
    ...signingIn(say),
    ...signedIn(say),
    ...reachable(say),
    ...leaving(say),
    ...refusals(say),
    ...devices(say),
  ]);
}

type Named = readonly (readonly [string, Page])[];
type Say = (text: string) => string;

const DECISION = 'dec_01K9ZQ4T7V3XH8M2N5R6P0WBCD';
const CODE = 'BCDF-GHJK';
/** 2026-11-22 12:00:00 UTC. */
const NOON = 1_795_348_800;

const signingIn = (say: Say): Named => [
  [
    'choice',
    choicePage({
      host: say('orders.acme.example'),
      providers: ['Acme', 'Partners of Acme'].map((name) => ({
        name: say(name),
        href: say('/.pomerium/sign_in?idp=acme'),
      })),
    }),
  ],
  ['choice-without-host', choicePage({ providers: [{ name: say('Acme'), href: say('/') }] })],
  ['break-glass', breakGlassPage({ action: say('/console/sign-in') })],
  [
    'break-glass-again',
    breakGlassPage({ action: say('/console/sign-in'), error: say('This is not the administrator token.') }),
  ],
];

const signedIn = (say: Say): Named => [
  [
    'who',
    whoPage({
      name: say('Alice Example'),
      email: say('alice@acme.example'),
      login: say('alice'),
      user: say('usr_01K9ZQ4T7V3XH8M2N5R6P0WBCD'),
      organizations: [say('acme')],
      groups: [say('engineering'), say('on-call')],
      provider: say('Acme'),
      expiresAt: NOON + 36_000,
      host: say('auth.acme.example'),
      sessionsHref: say('/.pomerium/sessions'),
      signOutAction: say('/.pomerium/sign_out'),
      routesHref: say('/.pomerium/routes'),
    }),
  ],
  [
    'who-stranger',
    whoPage({
      user: say('acme/00u1'),
      organizations: [],
      groups: [],
      provider: say('Acme'),
      expiresAt: NOON,
      host: say('orders.acme.example'),
    }),
  ],
  [
    'sessions',
    sessionsPage({
      sessions: sampleSessions(say, NOON),
      endAction: say('/.pomerium/sessions/end'),
      endAllAction: say('/.pomerium/sessions/end_all'),
    }),
  ],
  ['sessions-none', sessionsPage({ sessions: [], endAction: say('/'), endAllAction: say('/') })],
];

const reachable = (say: Say): Named => [
  [
    'routes',
    routesPage({
      action: say('/.pomerium/routes'),
      routes: [
        {
          name: say('orders'),
          from: say('https://orders.acme.example'),
          description: say('Orders and invoices.'),
        },
        { name: say('billing'), from: say('https://billing.acme.example') },
      ],
    }),
  ],
  [
    'routes-wildcard',
    routesPage({
      action: say('/.pomerium/routes'),
      routes: [{ name: say('previews'), from: `https://*.${say('acme.example')}` }],
    }),
  ],
  ['routes-none', routesPage({ action: say('/.pomerium/routes'), routes: [] })],
  [
    'routes-many',
    routesPage({
      action: say('/.pomerium/routes'),
      routes: Array.from({ length: 12 }, (_each, at) => ({
        name: say(`service ${at + 1}`),
        from: say(`https://service-${at + 1}.acme.example`),
      })),
    }),
  ],
  [
    'routes-not-found',
    routesPage({ action: say('/.pomerium/routes'), routes: [], filter: say('no such thing') }),
  ],
];

const leaving = (say: Say): Named => [
  [
    'sign-out',
    signOutPage({ action: say('/.pomerium/sign_out'), returnTo: say('https://orders.acme.example/') }),
  ],
  ['sign-out-here', signOutPage({ action: say('/.pomerium/sign_out') })],
  ['signed-out', signedOutPage({ provider: 'not ended', signInHref: say('/.pomerium/sign_in') })],
  ['signed-out-everywhere', signedOutPage({ provider: 'ended' })],
  ['signed-out-plain', signedOutPage({})],
];

const refusals = (say: Say): Named => [
  [
    'refused',
    refusedPage({
      status: 403,
      title: say('Forbidden'),
      description: say('No policy allows this.'),
      code: say('policy.refused'),
      decisionId: say(DECISION),
      signOut: say('https://auth.acme.example/.pomerium/sign_out'),
    }),
  ],
  [
    'refused-signed-out',
    refusedPage({
      status: 401,
      title: say('Unauthorized'),
      description: say('Credentials are required.'),
      code: say('credential.missing'),
      decisionId: say(DECISION),
      signIn: say('/'),
    }),
  ],
  [
    'problem',
    problemPage({
      title: say('This sign-in took too long'),
      happened: say('It was begun more than an hour ago, or has been used before.'),
      todo: say('Start again from the service that you wanted to open.'),
      code: say('sign_in.expired'),
      decisionId: say(DECISION),
      action: { label: say('Start again'), href: say('https://orders.acme.example/') },
    }),
  ],
  ['problem-plain', problemPage({ title: say('Nothing here'), happened: say('No.'), todo: say('Go back.') })],
  [
    'error-code',
    errorCodePage({
      code: say('token.audience'),
      description: say('The token is for somebody else.'),
      cause: say('Its audience does not hold this server.'),
      fix: say('Ask for a token with the audience that the hint names.'),
      status: 400,
      error: say('invalid_request'),
    }),
  ],
];

const devices = (say: Say): Named => [
  ['device-code', deviceCodePage({ action: say('/device') })],
  [
    'device-code-again',
    deviceCodePage({ action: say('/device'), error: say('This code is unknown, or no longer good.') }),
  ],
  [
    'device-confirm',
    deviceConfirmPage({
      action: say('/device/decide'),
      code: say(CODE),
      client: say('deploy on build-7'),
      address: say('192.0.2.17'),
      requestedAt: NOON - 40,
      organization: say('acme'),
      person: say('alice@acme.example'),
    }),
  ],
  [
    'device-confirm-person',
    deviceConfirmPage({
      action: say('/device/decide'),
      code: say(CODE),
      client: say('curl'),
      address: say('2001:db8::17'),
      requestedAt: NOON,
      person: say('alice@acme.example'),
    }),
  ],
  ...(['approved', 'denied', 'expired', 'used'] as const).map(
    (outcome) => [`device-${outcome}`, deviceDonePage({ outcome })] as const,
  ),
];
