import { hash } from 'node:crypto';
import { newId } from '../../packages/server/src/audit/decision-id.ts';
import type { TokenRecord } from '../../packages/server/src/tokens/model.ts';
import { githubClaims } from './github-claims.ts';

/** Tokens by number, as a table of live ones has them. */
export const SAMPLES = { exchanged: exchangedToken, session: sessionToken } as const;

export type Sample = keyof typeof SAMPLES;

const SUBJECTS = 1000;

/** Of GitHub's claims, every one with another `run_id`, of a thousand subjects under a few policies. */
function exchangedToken(token: number): TokenRecord {
  const bytes = hash('sha256', `id ${token}`, 'buffer').subarray(0, 10);
  const repository = `shop-${token % SUBJECTS}`;
  const subject = `repo:acme/${repository}:ref:refs/heads/main`;
  const issuedAt = 1_800_000_000 + (token % 7200);
  return {
    id: newId('tok', issuedAt * 1000, bytes),
    prefix: 'cst',
    principal: {
      kind: 'team',
      organization: 'acme',
      team: `team-${token % 20}`,
      vouchedBy: { kind: 'organization', organization: 'acme' },
    },
    organization: 'acme',
    issuer: 'iss_01J0ABCDEFGHJKMNPQRSTVWXYZ',
    subject,
    claims: { ...githubClaims(token), sub: subject, repository },
    exchange: newId('dec', issuedAt * 1000, bytes),
    policies: [`pol_${token % 5}`],
    resources: [],
    format: 'opaque',
    issuedAt,
    expiresAt: issuedAt + 7200,
  };
}

/**
 * A session of a browser as the table has it: a person of their own, with a token of the service host and one of a route
 * host, in one of a hundred sets of groups.
 */
function sessionToken(token: number): TokenRecord {
  const session = token >> 1;
  const bytes = hash('sha256', `session ${token}`, 'buffer').subarray(0, 10);
  const issuedAt = 1_800_000_000 + (session % 7200);
  const login = `person-${session}`;
  return {
    id: newId('tok', issuedAt * 1000, bytes),
    prefix: 'css',
    principal: {
      kind: 'user',
      user: `usr_${String(session).padStart(26, '0')}`,
      login,
      email: `${login}@acme.example`,
      name: `Person the ${session}th`,
      groups: ['everybody', `department-${session % 10}`, `project-${session % 100}`],
      vouchedBy: { kind: 'identity_provider', provider: 'corp', organizations: ['acme'] },
      memberships: [
        {
          organization: 'acme',
          user: `usr_${String(session).padStart(26, '0')}`,
          login,
          identity: `idn_${String(session).padStart(26, '0')}`,
        },
      ],
    },
    organization: 'acme',
    issuer: 'idp_01J0ABCDEFGHJKMNPQRSTVWXYZ',
    subject: String(100_000_000 + session),
    claims: {
      sub: String(session),
      department: `department-${session % 10}`,
      email: `${login}@acme.example`,
    },
    exchange: newId('dec', issuedAt * 1000, bytes),
    policies: [],
    resources: [token % 2 === 0 ? 'host:auth.acme.example' : `host:app-${session % 20}.acme.example`],
    format: 'opaque',
    issuedAt,
    expiresAt: issuedAt + 50_400,
  };
}
