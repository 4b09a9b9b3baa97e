import type { HeaderLine } from '@countersign/core';
import { refusalAnswer } from '../gateway/refusal.ts';
import { claimsAt, visibleRoutes, visitorOf } from '../gateway/visitor.ts';
import { REPEATED, type Answer } from '../http/message.ts';
import { beginSignIn } from '../sessions/begin-sign-in.ts';
import { startBrowsers, type Browsers } from '../sessions/testing/house.ts';
import { house, provider } from '../programmatic/testing/people.ts';
import { routeHostAnswer } from '../programmatic/route-host/index.ts';
import type { RouteHostDeps } from '../programmatic/route-host/model.ts';

/** Route hosts on the real floor of sessions: `app.example` and `other.example` of acme, `*.wild.example`, and one of globex. */
export interface Hosts {
  readonly browsers: Browsers;
  readonly deps: RouteHostDeps;
  ask(path: string, asked?: Asked): Promise<Answer>;
}

export interface Asked {
  readonly host?: string;
  readonly query?: string;
  readonly method?: string;
  readonly headers?: readonly HeaderLine[];
  readonly port?: number;
}

const route = (name: string, from: string, more: object = {}) => ({
  name,
  from,
  to: 'http://127.0.0.1:9',
  allow_any_authenticated_user: true,
  organizations: ['acme'],
  ...more,
});

const FILE = {
  ...house([provider({ claims: { groups: 'groups' } })]),
  routes: [
    route('app', 'https://app.example', {
      description: 'The application',
      jwt_claims_headers: { 'X-Dept': 'dept' },
      pass_identity_headers: true,
    }),
    route('other', 'https://other.example', {
      allow_any_authenticated_user: false,
      allowed_users: ['eve@acme.example'],
    }),
    route('wild', 'https://*.wild.example'),
    route('globex', 'https://globex.example', { organizations: ['globex'] }),
    route('accepts', 'https://accepts.example', {
      organizations: ['globex'],
      allow_any_authenticated_user: false,
      policy: { allow: { and: [{ accept: true }] } },
    }),
  ],
};

export async function startHosts(file: object = FILE): Promise<Hosts> {
  const browsers = await startBrowsers(file);
  const { snapshot, clock, decisions, keys } = browsers.deps;
  const gateway = { snapshot, clock, present: browsers.deps.present };
  const begin = { snapshot, clock, redirects: keys.sealing.redirect };
  const deps: RouteHostDeps = {
    ...begin,
    sessions: browsers.sessions,
    decisions,
    assertionRing: keys.rings.assertion,
    beginSignIn: (place) => beginSignIn(begin, place),
    visitors: {
      of: (host, headers) => visitorOf(gateway, host, headers),
      claimsOf: (host, token) => claimsAt(gateway, host, token),
      routesOf: (token, address, filter) =>
        visibleRoutes(gateway, token, {
          remoteAddress: address,
          isWanted: ({ name, host }) => filter?.isWanted({ name, from: host }) ?? true,
        }).map(({ id, name, host }) => ({ id, name, from: host })),
    },
    refusal: ({ host, ...refused }, headers) => refusalAnswer({ ...refused, realm: host }, headers),
  };
  return {
    browsers,
    deps,
    ask: async (path, { host = 'app.example', query = '', method = 'GET', headers = [], port } = {}) => {
      const values = (name: string) => headers.filter(([header]) => header.toLowerCase() === name);
      const request = {
        method,
        path,
        query,
        remoteAddress: '192.0.2.1',
        header: (name: string) => {
          const [first, another] = values(name);
          return another === undefined ? first?.[1] : REPEATED;
        },
        body: () => Promise.reject(new Error('nothing of it is read')),
      };
      const own = routeHostAnswer(deps, path, { host, port, scheme: 'https', headers, request });
      if (!own) throw new Error('the path is the upstream’s');
      return own.answer;
    },
  };
}
