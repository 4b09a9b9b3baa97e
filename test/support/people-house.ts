import type { Surfer, Page } from './surfer.ts';
import { freePort, startServerProcess, type ServerProcess } from './server-process.ts';
import { SESSION_CLIENT, startSessionProvider, type SessionProvider } from './session-provider.ts';
import { startUpstream, type TestUpstream } from './upstream.ts';

/**
 * A company where people sign in: the whole product as a process, `corp` and `partner` as `oidc-provider` runs them, and
 * services on hosts of their own. `corp` speaks for acme, `partner` for globex.
 */
export interface PeopleHouse {
  readonly port: number;
  readonly server: ServerProcess;
  readonly corp: SessionProvider;
  readonly partner: SessionProvider;
  readonly upstream: TestUpstream;
  /** `http://localhost:PORT` */
  readonly service: string;
  /** Of a route, such as `orders`. */
  at(name: string, path?: string): string;
  /** Opens a page and signs in where that is asked for; gives where it ended. */
  signIn(browser: Surfer, url: string, login: string): Promise<Page>;
  dispose(): Promise<void>;
}

export const PEOPLE_ADMIN_TOKEN = 'site-administrator-of-these-tests-only';

export interface PeopleHouseOptions {
  /** More top-level keys of the file. */
  readonly settings?: object;
  /** `from`: the address of a host of this name. */
  readonly routes?: (from: (name: string) => string) => readonly object[];
}

export async function startPeopleHouse({
  settings,
  routes = () => [],
}: PeopleHouseOptions = {}): Promise<PeopleHouse> {
  const port = await freePort();
  const service = `http://localhost:${port}`;
  const options = {
    redirectUri: `${service}/oauth2/callback`,
    postLogoutRedirectUri: `${service}/.pomerium/signed_out`,
    backChannelLogoutUri: `${service}/.pomerium/backchannel_logout`,
  };
  const [corp, partner, upstream] = await Promise.all([
    startSessionProvider(options),
    startSessionProvider(options),
    startUpstream(),
  ]);
  const more = routes((name) => `http://${name}.localhost:${port}`);
  const file = { ...configuration(port, { corp, partner, upstream }, more), ...settings };
  const server = await startServerProcess(JSON.stringify(file));
  const at: PeopleHouse['at'] = (name, path = '/') => `http://${name}.localhost:${port}${path}`;
  return {
    port,
    server,
    corp,
    partner,
    upstream,
    service,
    at,
    signIn: (browser, url, login) => signIn(browser, url, login, [corp.url, partner.url]),
    dispose: async () => {
      await server.dispose();
      await Promise.all([corp.close(), partner.close(), upstream.close()]);
    },
  };
}

type Parts = Pick<PeopleHouse, 'corp' | 'partner' | 'upstream'>;

function configuration(port: number, { corp, partner, upstream }: Parts, routes: readonly object[]): object {
  const route = (name: string, more: object): object => ({
    name,
    from: `http://${name}.localhost:${port}`,
    to: upstream.url,
    organizations: ['acme'],
    pass_identity_headers: true,
    ...more,
  });
  const provider = (name: string, { url }: SessionProvider, organizations: readonly string[]): object => ({
    name,
    issuer: url,
    client_id: SESSION_CLIENT.id,
    client_secret: SESSION_CLIENT.secret,
    organizations,
    claims: { groups: 'groups' },
  });
  return {
    listen: `127.0.0.1:${port}`,
    url: `http://localhost:${port}`,
    storage: 'sqlite:countersign.db',
    admin_token: PEOPLE_ADMIN_TOKEN,
    allow_private_issuers: true,
    // Much of what is tried here fails, and all of it comes from one address.
    limits: { failures_per_second_per_address: 100_000 },
    organizations: [
      { name: 'acme', members: [{ login: 'ada', email: 'ada@acme.example', role: 'admin' }] },
      { name: 'globex' },
    ],
    identity_providers: [provider('corp', corp, ['acme']), provider('partner', partner, ['globex'])],
    routes: [
      route('orders', { allow_any_authenticated_user: true, allow_websockets: true }),
      route('billing', { allow_any_authenticated_user: true }),
      route('reports', { policy: { allow: { and: [{ groups: { has: 'finance' } }] } } }),
      route('partners', { allow_any_authenticated_user: true, organizations: ['globex'] }),
      route('shared', { allow_any_authenticated_user: true, organizations: ['acme', 'globex'] }),
      route('chosen', {
        allow_any_authenticated_user: true,
        organizations: ['acme', 'globex'],
        identity_provider: 'partner',
      }),
      route('open', { allow_public_unauthenticated_access: true }),
      ...routes,
    ],
  };
}

/** Presses the buttons of the providers' own pages, whichever comes; `corp` where there is a choice. */
async function signIn(
  browser: Surfer,
  url: string,
  login: string,
  providers: readonly string[],
): Promise<Page> {
  let page = await browser.open(url);
  const choice = /href="([^"]*idp=corp)"/.exec(page.text)?.[1];
  if (choice !== undefined)
    page = await browser.open(new URL(choice.replaceAll('&amp;', '&'), page.url).href);
  for (let step = 0; step < 4 && providers.includes(page.url.origin); step += 1)
    page = await browser.submit(page, page.text.includes('name="login"') ? { login, password: 'any' } : {});
  return page;
}
