import { expect } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** A house whose site administrator registers an issuer over the API that nobody has heard of before. */
export interface Registrar {
  readonly house: House;
  readonly late: TestIssuer;
  /** A call of the site administrator. */
  readonly api: (method: string, path: string, body?: unknown, headers?: object) => Promise<Reply>;
  /** Registers {@link Registrar.late}, unless another URL is given, under a name of its own. */
  readonly register: (more?: object) => Promise<Registered>;
  readonly remove: (issuer: Registered) => Promise<Reply>;
  /** The list of its policies, as GET gives it. */
  readonly policiesOf: (issuer: Registered) => Promise<Registered>;
  /** Replaces its policies by this one. */
  readonly allow: (issuer: Registered, policy?: object) => Promise<void>;
  /** A subject token of its own each time. */
  readonly mint: (issuer: TestIssuer, more?: object) => Promise<string>;
  /** An exchange for the team that {@link ALLOW} names. */
  readonly exchangeFor: (issuer: TestIssuer) => Promise<Reply>;
  readonly dispose: () => Promise<void>;
}

export type Registered = Readonly<Record<string, unknown>>;

export const ISSUERS = '/api/orgs/acme/oidc/issuers';

export const ALLOW = {
  decision: 'allow',
  tokenType: 'team',
  teamName: 'platform',
  authorizedPermissions: [],
  rules: { aud: 'urn:pulumi:org:acme', sub: 'project:acme/shop' },
};

export async function startRegistrar(): Promise<Registrar> {
  const [house, late] = await Promise.all([startHouse(), startIssuer('RS256', '/late')]);
  let made = 0;
  const api: Registrar['api'] = (method, path, body, headers = {}) =>
    ask(house.server.port, {
      method,
      path,
      headers: { authorization: `token ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const policiesOf: Registrar['policiesOf'] = async ({ id }) =>
    (await api('GET', `/api/orgs/acme/auth/policies/oidcissuers/${String(id)}`)).json();
  const mint: Registrar['mint'] = (issuer, more = {}) => {
    made += 1;
    return issuer.mint({ aud: 'urn:pulumi:org:acme', sub: 'project:acme/shop', jti: `job-${made}`, ...more });
  };
  return {
    house,
    late,
    api,
    policiesOf,
    mint,
    register: async (more = {}) => {
      made += 1;
      const reply = await api('POST', ISSUERS, { name: `late ${made}`, url: late.url, ...more });
      expect(reply.status, reply.text).toBe(200);
      return reply.json();
    },
    remove: ({ id }) => api('DELETE', `${ISSUERS}/${String(id)}`),
    allow: async (issuer, policy = ALLOW) => {
      const { id } = await policiesOf(issuer);
      const reply = await api('PATCH', `/api/orgs/acme/auth/policies/${String(id)}`, { policies: [policy] });
      expect(reply.status, reply.text).toBe(200);
    },
    exchangeFor: async (issuer) =>
      exchangeReply(house.server, {
        subjectToken: await mint(issuer),
        type: 'team',
        scope: 'team:platform',
      }),
    dispose: async () => {
      await Promise.all([house.dispose(), late.close()]);
    },
  };
}
