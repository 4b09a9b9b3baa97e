import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../packages/server/src/api/operations.ts';
import { accessToken } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { ADMIN_TOKEN, startHouse, type House } from './house.ts';

/**
 * Every operation of the management API × every role × own and foreign organization, against the running product.
 * The table is written by hand: an operation without a row fails, and so does a row without an operation. P are people,
 * whatever their role: what is theirs no machine has.
 */
const MAY: Readonly<Record<string, string>> = {
  'GET /api/user': 'SAMT',
  'GET /api/user/organizations/default': 'SAMT',
  'GET /api/capabilities': 'SAMT',
  'GET /api/user/tokens': 'P',
  'POST /api/user/tokens': 'P',
  'DELETE /api/user/tokens/:id': 'P',
  'GET /api/user/sessions': 'SP',
  'DELETE /api/user/sessions': 'SP',
  'DELETE /api/user/sessions/:id': 'SP',
  'GET /api/orgs': 'S',
  'POST /api/orgs': 'S',
  'GET /api/orgs/:org': 'SAMT',
  'DELETE /api/orgs/:org': 'S',
  'GET /api/orgs/:org/members': 'SAMT',
  'POST /api/orgs/:org/members/:login': 'SA',
  'PATCH /api/orgs/:org/members/:login': 'SA',
  'DELETE /api/orgs/:org/members/:login': 'SA',
  'GET /api/orgs/:org/members/:login/identities': 'SA',
  'DELETE /api/orgs/:org/members/:login/identities/:id': 'SA',
  'GET /api/orgs/:org/members/:login/sessions': 'SA',
  'GET /api/orgs/:org/teams': 'SAMT',
  'POST /api/orgs/:org/teams/pulumi': 'SA',
  'GET /api/orgs/:org/teams/:team': 'SAMT',
  'PATCH /api/orgs/:org/teams/:team': 'SA',
  'DELETE /api/orgs/:org/teams/:team': 'SA',
  'GET /api/orgs/:org/agent-pools': 'SAMT',
  'POST /api/orgs/:org/agent-pools': 'SA',
  'GET /api/orgs/:org/agent-pools/:id': 'SAMT',
  'PATCH /api/orgs/:org/agent-pools/:id': 'SA',
  'DELETE /api/orgs/:org/agent-pools/:id': 'SA',
  'GET /api/orgs/:org/oidc/issuers': 'SAM',
  'POST /api/orgs/:org/oidc/issuers': 'SA',
  'GET /api/orgs/:org/oidc/issuers/:id': 'SAM',
  'PATCH /api/orgs/:org/oidc/issuers/:id': 'SA',
  'DELETE /api/orgs/:org/oidc/issuers/:id': 'SA',
  'POST /api/orgs/:org/oidc/issuers/:id/regenerate-thumbprints': 'SA',
  'GET /api/orgs/:org/auth/policies/oidcissuers/:issuerId': 'SAM',
  'PATCH /api/orgs/:org/auth/policies/:policyId': 'SA',
  'GET /api/orgs/:org/teams/:team/tokens': 'SA',
  'POST /api/orgs/:org/teams/:team/tokens': 'SA',
  'DELETE /api/orgs/:org/teams/:team/tokens/:id': 'SA',
  'GET /api/orgs/:org/tokens': 'SA',
  'POST /api/orgs/:org/tokens': 'SA',
  'DELETE /api/orgs/:org/tokens/:id': 'SA',
  'POST /api/orgs/:org/tokens/revoke': 'SA',
  'GET /api/orgs/:org/service-accounts': 'SA',
  'POST /api/orgs/:org/service-accounts': 'SA',
  'GET /api/orgs/:org/service-accounts/:name': 'SA',
  'PATCH /api/orgs/:org/service-accounts/:name': 'SA',
  'DELETE /api/orgs/:org/service-accounts/:name': 'SA',
  'GET /api/orgs/:org/service-accounts/:name/tokens': 'SA',
  'POST /api/orgs/:org/service-accounts/:name/tokens': 'SA',
  'DELETE /api/orgs/:org/service-accounts/:name/tokens/:id': 'SA',
  'POST /api/orgs/:org/service-accounts/:name/tokens/:id/rotate': 'SA',
  'GET /api/orgs/:org/decisions': 'SA',
  'GET /api/orgs/:org/decisions/:id': 'SA',
  'GET /api/decisions/:id': 'S',
  'POST /api/orgs/:org/explain': 'SA',
  'GET /api/routes': 'SAM',
  'GET /api/keys': 'S',
  'POST /api/keys/:ring/rotate': 'S',
  'POST /api/keys/:ring/:kid/revoke': 'S',
};

let house: House;
let callers: Readonly<Record<string, { readonly role: string; readonly token: string }>>;

beforeAll(async () => {
  house = await startHouse();
  const mint = (sub: string, more = {}) => house.ci.mint({ aud: 'urn:pulumi:org:acme', sub, ...more });
  const exchange = async (sub: string, type: string, scope: string, more = {}) =>
    accessToken(house.server, { subjectToken: await mint(sub, more), type, scope });
  callers = {
    'the site administrator': { role: 'S', token: ADMIN_TOKEN },
    'an organization token with admin': {
      role: 'A',
      token: await exchange('repo:acme/ops:x', 'organization', 'admin'),
    },
    'a person who is admin': {
      role: 'AP',
      token: await exchange('repo:acme/x:y', 'personal', 'user:ada', { repository_id: '42' }),
    },
    'a member': { role: 'MP', token: await exchange('repo:acme/bob:x', 'personal', 'user:bob') },
    'an organization token': { role: 'T', token: await exchange('repo:acme/x:y', 'organization', '') },
    'a team': {
      role: 'T',
      token: await exchange('repo:acme/x:ref:refs/heads/main', 'team', 'team:platform'),
    },
    'a runner': { role: 'T', token: await exchange('repo:acme/x:y', 'runner', 'runner:linux') },
  };
});
afterAll(() => house.dispose());

const rows = OPERATIONS.map(({ method, path }) => `${method} ${path}`);

function call(row: string, organization: string, token: string | undefined) {
  const [method = '', pattern = ''] = row.split(' ');
  const path = pattern.replace(':org', organization).replaceAll(/:[a-zA-Z]+/g, 'nothing');
  return ask(house.server.port, {
    method,
    path,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `token ${token}` }),
    },
    // Nothing that could be done: what is asked here is whether the caller may ask.
    ...(method === 'POST' || method === 'PATCH' ? { body: '{"nothing":true}' } : {}),
  });
}

describe('the table of operations', () => {
  it('has a row for every operation, and an operation for every row', () => {
    expect(Object.keys(MAY).sort()).toEqual([...rows].sort());
  });
});

describe.each(rows)('%s', (row) => {
  it('is not for somebody without a credential', async () => {
    expect((await call(row, 'acme', undefined)).status).toBe(401);
    expect((await call(row, 'acme', 'cso_unknown')).status).toBe(401);
  });

  it('is for those whom the table names, at home', async () => {
    for (const [name, { role, token }] of Object.entries(callers)) {
      const { status } = await call(row, 'acme', token);
      if (role.split('').some((letter) => MAY[row]?.includes(letter)))
        expect(status, name).not.toBeOneOf([401, 403, 405, 500, 503]);
      else expect(status, name).toBe(403);
    }
  });
});

describe.each(rows.filter((row) => row.includes(':org')))('%s, abroad', (row) => {
  it.each(['globex', 'no-such-organization'])(
    'is for nobody but the site administrator: %s',
    async (abroad) => {
      for (const [name, { role, token }] of Object.entries(callers)) {
        const { status } = await call(row, abroad, token);
        if (role === 'S') expect(status, name).not.toBeOneOf([401, 403, 405, 500, 503]);
        else expect(status, name).toBe(403);
      }
    },
  );
});
