import { randomBytes } from 'node:crypto';
import { err, ok, principalId, type Claims, type Result } from '@countersign/core';
import { createFailureLimit } from '../../http/failure-limit.ts';
import type { Answer, ServiceRequest } from '../../http/message.ts';
import type { ProviderAnswer, ProviderClient, ProviderFault } from '../../sessions/provider-client.ts';
import { ADA, startBrowsers, type Browsers } from '../../sessions/testing/house.ts';
import { createGuesses } from '../../device/guesses.ts';
import { createPace } from '../../device/pace.ts';
import type { DevicePagesDeps } from '../device.ts';
import { LOGIN_ENDPOINTS } from '../endpoints.ts';

/** Sign-in without a socket: real sessions on a real database, browsers that keep cookies, and a provider that says what a test wants. */
export interface LoginRig {
  readonly browsers: Browsers;
  readonly deps: DevicePagesDeps;
  /** What the provider does next; by default it signs in Ada. */
  readonly idp: {
    says: (claims?: Claims) => void;
    fails: (fault: ProviderFault, at?: 'begin' | 'finish') => void;
    offersSignOut: boolean;
    /** Provider and verifier that each callback was finished with. */
    readonly finished: { readonly provider: string; readonly verifier: string; readonly nonce: string }[];
  };
  browser(): TestBrowser;
  close(): Promise<void>;
}

const URL_OF_SERVICE = 'https://cs.example';
export const ADMIN_TOKEN = 'an-admin-token-of-the-tests-0123456789';

const provider = (name: string, organizations = ['acme']) => ({
  name,
  issuer: 'https://corp.example',
  client_id: name,
  organizations,
});

const house = (...providers: readonly object[]) => ({
  organizations: [
    { name: 'acme', members: [{ login: 'ada', role: 'member', email: 'ada@acme.example' }] },
    { name: 'globex' },
  ],
  identity_providers: providers,
});

const route = (name: string, more: object) => ({
  name,
  from: `https://${name}.example`,
  to: 'http://127.0.0.1:1',
  organizations: ['acme'],
  policy: { allow: { or: [{ accept: true }] } },
  ...more,
});

/** `one` speaks for acme, `two` for both organizations; a route of its own names the latter. */
export const TWO = {
  ...house(provider('one'), provider('two', ['acme', 'globex'])),
  routes: [route('app', {}), route('two', { identity_provider: 'two' })],
};

export async function startLogin(file: object = house(provider('corp'))): Promise<LoginRig> {
  const browsers = await startBrowsers({ admin_token: ADMIN_TOKEN, routes: [route('app', {})], ...file });
  const { idp, providerClient } = fakeProvider();
  const { deps: floor, sessions } = browsers;
  const now = (): number => floor.clock.now();
  const deps: DevicePagesDeps = {
    ...floor,
    device: {
      ...floor,
      database: browsers.people.database,
      pace: createPace(now),
      guesses: createGuesses(now),
    },
    sessions,
    providerClient,
    routesOf: (token, address, filter) =>
      [
        { name: `${principalId(token.principal)} from ${address}`, from: 'https://orders.example' },
        { name: 'Billing', from: 'https://billing.example' },
      ].filter(filter.isWanted),
    random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
    failures: createFailureLimit({ perSecond: () => 2, clock: floor.clock }),
  };
  return { browsers, deps, idp, browser: () => createBrowser(deps), close: () => browsers.people.close() };
}

function fakeProvider(): { readonly idp: LoginRig['idp']; readonly providerClient: ProviderClient } {
  let answer: Result<Claims, ProviderFault> = ok(ADA);
  let beginning: ProviderFault | undefined;
  const idp: LoginRig['idp'] = {
    says: (claims = ADA) => {
      answer = ok(claims);
      beginning = undefined;
    },
    fails: (fault, at = 'finish') => {
      if (at === 'begin') beginning = fault;
      else answer = err(fault);
    },
    offersSignOut: false,
    finished: [],
  };
  const providerClient: ProviderClient = {
    begin: async ({ name }, { state, redirectUri }) =>
      beginning
        ? err(beginning)
        : ok(
            `https://${name}.idp.example/?${new URLSearchParams({ state, redirect_uri: redirectUri }).toString()}`,
          ),
    finish: async ({ name }, { verifier, nonce }): Promise<Result<ProviderAnswer, ProviderFault>> => {
      idp.finished.push({ provider: name, verifier, nonce });
      return answer.ok ? ok({ claims: answer.value, idToken: 'id.token.x', refreshBy: 4e9 }) : answer;
    },
    refresh: async () => err('unreachable'),
    signOutUrl: async ({ name }, { idToken, returnTo, state }) =>
      idp.offersSignOut
        ? `https://${name}.idp.example/out?${new URLSearchParams({ id_token_hint: idToken ?? '', post_logout_redirect_uri: returnTo, state }).toString()}`
        : undefined,
  };
  return { idp, providerClient };
}

export interface TestBrowser {
  readonly cookies: Map<string, string>;
  get(target: string): Promise<Answer>;
  /** A form of ours, unless an origin is given. */
  post(path: string, form?: Readonly<Record<string, string>>, origin?: string): Promise<Answer>;
  /** The `state` with which the provider was asked. */
  begin(target?: string): Promise<string>;
  /** From the beginning to where it led. */
  signIn(target?: string): Promise<Answer>;
}

function createBrowser(deps: DevicePagesDeps): TestBrowser {
  const cookies = new Map<string, string>();
  const send = async (method: string, target: string, more: Partial<ServiceRequest>, headers: object) => {
    const [path = '', query = ''] = target.split('?');
    const row = LOGIN_ENDPOINTS.find((one) => one.path === path && one.method === method);
    if (!row) throw new Error(`nothing at ${method} ${path}`);
    const line = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent: Readonly<Record<string, string | undefined>> = {
      ...headers,
      ...(line !== '' && { cookie: line }),
    };
    const answer = await row.handle(deps, {
      method,
      path,
      query,
      remoteAddress: '192.0.2.1',
      header: (name) => sent[name],
      body: async () => ok(Buffer.from('')),
      ...more,
    });
    for (const cookie of answer.cookies ?? []) keep(cookies, cookie);
    return answer;
  };
  const get: TestBrowser['get'] = (target) => send('GET', target, {}, { 'user-agent': 'Firefox on Linux' });
  const begin: TestBrowser['begin'] = async (target = '/.pomerium/sign_in') =>
    new URL(locationOf(await get(target))).searchParams.get('state') ?? '';
  return {
    cookies,
    get,
    begin,
    post: (path, form = {}, origin = URL_OF_SERVICE) => {
      const body = Buffer.from(new URLSearchParams(form).toString());
      return send(
        'POST',
        path,
        { body: async () => ok(body) },
        { origin, 'content-type': 'application/x-www-form-urlencoded' },
      );
    },
    signIn: async (target) => get(callbackOf(await begin(target))),
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (line.includes('Max-Age=0;')) cookies.delete(name);
  else cookies.set(name, value);
}

export function callbackOf(state: string): string {
  return `/oauth2/callback?${new URLSearchParams({ code: 'a-code', state }).toString()}`;
}

export function locationOf({ status, headers }: Answer): string {
  if (status !== 302 && status !== 303) throw new Error(`no redirect: ${status}`);
  return headers['location'] ?? '';
}

/** Status and the code that the page shows. */
export function problemOf({ status, body }: Answer): string {
  return `${status} ${/\b(?:sign_in|server|issuer|request|credential|policy|limit)\.[a-z_]+/.exec(body)?.[0] ?? ''}`;
}
