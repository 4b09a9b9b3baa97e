import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { accessToken } from '../support/exchange.ts';
import { SESSION_CLIENT, startSessionProvider, type SessionProvider } from '../support/session-provider.ts';
import { startSurfing } from '../support/surfer.ts';
import { round, type Measured, type RoundOptions, type Started, type Target } from './frame.ts';
import { startUpstream } from './gateway.ts';
import { githubClaims } from './github-claims.ts';
import type { Job } from './load.ts';
import { median } from './median.ts';
import type { Owed } from './report.ts';
import { serveTarget } from './serve.ts';

/**
 * The whole path of a request by the cookie of somebody who has signed in, beside the same request by a token of a job:
 * one configuration, one route, the assertion on; only who asks is another.
 */
export async function measureSessionPath(rounds: number): Promise<Owed> {
  const issuer = await startIssuer('RS256');
  const upstream = await startUpstream();
  const target = (name: keyof typeof JOBS): Target => ({
    name,
    start: () => startHouse({ issuer, upstream: upstream.port }, JOBS[name]),
  });
  try {
    const [token, session] = await inTurn([target('token'), target('session')], rounds);
    const of = (measured: readonly Measured[] = []): number =>
      median(measured.map(({ cpuPerRequest }) => cpuPerRequest));
    const [withSession, withToken] = [of(session), of(token)];
    return {
      what: 'CPU of a request by a session beside that of one by a token',
      wanted: '≤ 1.1 × (less is noise)',
      measured: `${(withSession / withToken).toFixed(2)} × (${withSession.toFixed(1)} and ${withToken.toFixed(1)} µs)`,
      met: withSession <= 1.1 * withToken,
    };
  } finally {
    await upstream.stop();
    await issuer.close();
  }
}

const OPTIONS: RoundOptions = { connections: [64], warmUp: 50_000, seconds: 3 };

async function inTurn(targets: readonly Target[], rounds: number): Promise<readonly Measured[][]> {
  const measured = targets.map((): Measured[] => []);
  for (let number = 0; number < rounds; number += 1) {
    for (const [index, target] of targets.entries()) measured[index]?.push(await round(target, OPTIONS));
  }
  return measured;
}

interface Parts {
  readonly issuer: TestIssuer;
  /** Port. */
  readonly upstream: number;
}

type Headers = (parts: Parts, port: number) => Promise<Readonly<Record<string, string>>>;

const JOBS: Readonly<Record<'token' | 'session', Headers>> = {
  token: async ({ issuer }, port) => ({
    authorization: `Bearer ${await accessToken({ port }, { subjectToken: await issuer.mint(githubClaims(1)) })}`,
  }),
  session: async (_parts, port) => ({ cookie: await signIn(port) }),
};

/** A server, and the provider of its people: that one knows where they come back to. */
async function startHouse(parts: Parts, headersOf: Headers): Promise<Started> {
  let provider: SessionProvider | undefined;
  const started = await serveTarget(
    async (port) => {
      provider = await startSessionProvider({ redirectUri: `http://localhost:${port}/oauth2/callback` });
      return JSON.stringify(configOf(parts, port, provider.url));
    },
    async (port): Promise<Job> => {
      const headers = { host: hostOn(port), ...(await headersOf(parts, port)) };
      return { url: `http://127.0.0.1:${port}`, requests: [{ method: 'GET', path: '/list', headers }] };
    },
  );
  const dispose = async (): Promise<void> => {
    await started.dispose?.();
    await provider?.close();
  };
  return { ...started, dispose };
}

const hostOn = (port: number): string => `orders.localhost:${port}`;

function configOf({ issuer, upstream }: Parts, port: number, provider: string): object {
  const policies = [{ decision: 'allow', token_type: 'organization', rules: { sub: 'repo:acme/*' } }];
  const { id: client_id, secret: client_secret } = SESSION_CLIENT;
  return {
    listen: `127.0.0.1:${port}`,
    url: `http://localhost:${port}`,
    storage: 'sqlite:countersign.db',
    allow_private_issuers: true,
    log: { level: 'warn' },
    organizations: [{ name: 'acme', issuers: [{ name: 'github', url: issuer.url, policies }] }],
    identity_providers: [
      { name: 'corp', issuer: provider, client_id, client_secret, organizations: ['acme'] },
    ],
    routes: [
      {
        name: 'orders',
        from: `http://${hostOn(port)}`,
        to: `http://127.0.0.1:${upstream}`,
        organizations: ['acme'],
        pass_identity_headers: true,
        allow_any_authenticated_user: true,
      },
    ],
  };
}

/** As a person does; the cookies of the route's host. */
async function signIn(port: number): Promise<string> {
  const browser = startSurfing();
  let page = await browser.open(`http://${hostOn(port)}/list`);
  // The provider asks who it is, and whether that is meant.
  for (let step = 0; step < 2; step += 1)
    page = await browser.submit(
      page,
      page.text.includes('name="login"') ? { login: 'ada', password: 'any' } : {},
    );
  if (page.url.hostname !== 'orders.localhost' || page.status !== 200)
    throw new Error(`sign-in ended at ${page.url.href} with ${page.status}`);
  return [...browser.cookies('orders.localhost')].map(([name, value]) => `${name}=${value}`).join('; ');
}
