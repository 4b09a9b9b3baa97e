import { expect } from 'vitest';
import { accessToken, exchangeReply } from '../support/exchange.ts';
import { startIssuer } from '../support/issuer.ts';
import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/** A house whose directory is made over the API, and an issuer that its organizations can be told to trust. */
export interface Directory {
  readonly house: House;
  /** A call below `/api/orgs`, of the site administrator unless another token is given. */
  readonly api: (method: string, path: string, body?: unknown, token?: string) => Promise<Reply>;
  /** The status that a token is answered with. */
  readonly use: (token: string) => Promise<number>;
  /** A token for whom the policies of {@link Directory.trust} let in. */
  readonly exchanged: (organization: string, wanted: Wanted) => Promise<string>;
  /** The status of an exchange. */
  readonly tried: (organization: string, wanted: Wanted) => Promise<number>;
  /** Lets the issuer speak for the organization itself and for whatever is named. */
  readonly trust: (organization: string, ...targets: readonly object[]) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export interface Wanted {
  readonly type: string;
  readonly scope?: string;
}

/** The body of an answer that has to have this status; empty where there is none. */
export async function done(status: number, reply: Promise<Reply>): Promise<Record<string, unknown>> {
  const answer = await reply;
  expect(answer.status, answer.text).toBe(status);
  return answer.text === '' ? {} : answer.json();
}

export async function startDirectory(): Promise<Directory> {
  const [house, issuer] = await Promise.all([startHouse(), startIssuer('RS256', '/late')]);
  const api: Directory['api'] = (method, path, body, token = ADMIN_TOKEN) =>
    ask(house.server.port, {
      method,
      path: `/api/orgs${path}`,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const exchange = async (organization: string, wanted: Wanted) => {
    const subjectToken = await issuer.mint({ aud: `urn:pulumi:org:${organization}`, sub: 'job' });
    return { subjectToken, organization, ...wanted };
  };
  return {
    house,
    api,
    use: async (token) => {
      const headers = { authorization: `token ${token}` };
      return (await ask(house.server.port, { path: '/api/user', headers })).status;
    },
    exchanged: async (...wanted) => accessToken(house.server, await exchange(...wanted)),
    tried: async (...wanted) => (await exchangeReply(house.server, await exchange(...wanted))).status,
    trust: (...wanted) => trust(api, issuer.url, ...wanted),
    dispose: async () => {
      await Promise.all([house.dispose(), issuer.close()]);
    },
  };
}

async function trust(
  api: Directory['api'],
  url: string,
  organization: string,
  ...targets: readonly object[]
): Promise<void> {
  const { id } = await done(200, api('POST', `/${organization}/oidc/issuers`, { name: 'late', url }));
  const policies = `/${organization}/auth/policies`;
  const list = await done(200, api('GET', `${policies}/oidcissuers/${String(id)}`));
  const allowed = [{ tokenType: 'organization' }, ...targets].map((target) => ({
    decision: 'allow',
    rules: { sub: 'job' },
    ...target,
  }));
  await done(200, api('PATCH', `${policies}/${String(list['id'])}`, { policies: allowed }));
}
