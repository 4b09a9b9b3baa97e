import type { Json } from '../../../claims.ts';
import type { Facts } from '../../../decision.ts';
import { principalFacts } from '../../../principal.ts';
import { requestFacts, type RequestFacts } from '../../../request-facts.ts';
import { PPL_CRITERIA } from '../ppl-criteria.ts';

/**
 * One row a criterion and operator of PPL: a value that holds of the facts below, and one that does not. The rows that have
 * to be there come from the dialect itself, so that a criterion cannot be added without its row. Nothing but tests may
 * read it.
 */

const FINGERPRINT = 'ab'.repeat(32);
const SPKI = `${'A'.repeat(43)}=`;
const OTHER_SPKI = `${'B'.repeat(43)}=`;

export const request: RequestFacts = {
  method: 'GET',
  host: 'orders.example',
  path: '/api/orders/7',
  source_ip: '10.1.2.3',
  // 2026-11-18 was a Wednesday: 16:30 in UTC, 17:30 in Berlin, 00:30 of Thursday in Perth.
  time: 1_795_019_400_000,
  cors_preflight: true,
  client_certificate: {
    fingerprint: FINGERPRINT,
    spki_hash: SPKI,
    san_dns: ['build.acme.example', 'ci.acme.example'],
    san_email: ['ada@acme.example'],
    san_uri: ['spiffe://acme/ci'],
  },
  token: { type: 'personal', issuer: 'acme/github', actor: 'runner:acme/linux' },
};

export const facts: Facts = {
  claims: { sub: 'repo:acme/app', groups: ['eng', 'ops'] },
  principal: {
    ...principalFacts({
      kind: 'user',
      user: 'usr_ada',
      email: 'Ada@Acme.example',
      groups: ['eng'],
      vouchedBy: { kind: 'organization', organization: 'acme' },
    }),
    // No principal is all three; the rows need them at once.
    team: 'acme/platform',
    runner: 'acme/linux',
  },
  request: requestFacts(request),
};

type Row = readonly [holds: Json, fails: Json];

/** The operators on a text, for one that holds and another. */
function texts(text: string, other: string): Readonly<Record<string, Row>> {
  return {
    '': [text, other],
    is: [text, other],
    contains: [text.slice(1, -1), other],
    starts_with: [text.slice(0, 3), other],
    ends_with: [text.slice(-3), other],
    in: [
      [other, text],
      [other, 'third'],
    ],
    not_in: [
      [other, 'third'],
      [other, text],
    ],
    not: [other, text],
  };
}

const address: Readonly<Record<string, Row>> = {
  '': ['10.0.0.0/8', '192.0.2.0/24'],
  is: [['192.0.2.1', '10.1.2.3'], '10.1.2.4'],
  in: [['10.1.0.0/16'], ['10.2.0.0/16', '::/0']],
  not_in: [['10.2.0.0/16'], ['10.1.0.0/16']],
  not: ['192.0.2.0/24', '10.0.0.0/8'],
};

const tokenType: Readonly<Record<string, Row>> = {
  '': ['personal', 'session'],
  is: ['personal', 'session'],
  in: [['team', 'personal'], ['team']],
  not_in: [['team'], ['personal']],
  not: ['team', 'personal'],
};

const method: Readonly<Record<string, Row>> = {
  ...texts('GET', 'POST'),
  contains: ['E', 'X'],
  not_in: [['POST', 'PUT'], ['GET']],
  in: [['GET', 'HEAD'], ['POST']],
};

/** `fingerprint`, and every operator on every sort of name. */
function certificate(): Readonly<Record<string, Row>> {
  const rows: Record<string, Row> = {
    fingerprint: [FINGERPRINT.toUpperCase().replace(/(..)(?=.)/g, '$1:'), ['cd'.repeat(32)]],
    spki_hash: [[OTHER_SPKI, SPKI], OTHER_SPKI],
  };
  const names = { san_dns: 'CI.acme.example', san_email: 'ada@ACME.example', san_uri: 'spiffe://acme/ci' };
  for (const [key, name] of Object.entries(names))
    for (const [operator, row] of Object.entries(texts(name, 'mallory.example')))
      rows[operator === '' ? key : `${key}.${operator}`] = row;
  return rows;
}

export const ROWS: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  accept: { '': [true, true] },
  reject: { '': [true, true] },
  authenticated_user: { '': [true, true] },
  actor: texts('runner:acme/linux', 'usr_eve'),
  domain: texts('acme.EXAMPLE', 'evil.example'),
  email: texts('ada@acme.example', 'eve@evil.test'),
  groups: { '': ['eng', 'ops'], has: ['eng', 'ops'], is: ['eng', 'ops'], exclude: ['ops', 'eng'] },
  issuer: texts('acme/github', 'acme/gitlab'),
  organization: texts('acme', 'other'),
  runner: texts('acme/linux', 'acme/mac'),
  team: texts('acme/platform', 'acme/billing'),
  token_type: tokenType,
  user: texts('usr_ada', 'usr_eve'),
  http_method: method,
  http_path: texts('/api/orders/7', '/admin'),
  source_ip: address,
  cors_preflight: { '': [true, true] },
  client_certificate: certificate(),
  date: {
    after: [{ after: '2026-11-18T16:30:00' }, { after: '2026-11-18T16:30:01Z' }],
    before: [{ before: '2026-11-18T16:31' }, { before: '2026-11-18T16:30:00Z' }],
    timezone: [
      { after: '2026-11-18T17:30', timezone: 'Europe/Berlin' },
      { before: '2026-11-18T17:30', timezone: 'Europe/Berlin' },
    ],
  },
  day_of_week: {
    '': ['mon-fri', 'sat,sun'],
    is: [{ is: 'Wednesday' }, { is: 'thu-tue' }],
    timezone: [
      { is: 'thu', timezone: 'Australia/Perth' },
      { is: 'wed', timezone: 'Australia/Perth' },
    ],
  },
  time_of_day: {
    after: [{ after: '16:30' }, { after: '4:30:01 PM' }],
    before: [{ before: '16:30:01' }, { before: '4:30PM' }],
    timezone: [
      { after: '17:00', before: '18:00', timezone: 'Europe/Berlin' },
      { after: '16:00', before: '17:00', timezone: 'Europe/Berlin' },
    ],
  },
  claim: {
    ...texts('repo:acme/app', 'repo:evil/app'),
    has: ['repo:acme/app', 'x'],
    exclude: ['x', 'repo:acme/app'],
  },
  condition: { '': ['claims.sub.startsWith("repo:acme/")', 'request.method == "POST"'] },
};

export const needed = PPL_CRITERIA.flatMap(({ name, operators }) =>
  operators.map((operator) => [name, operator] as const),
);

/** The criterion as a policy has it; calendar rows are written out. */
export function written(name: string, operator: string, value: Json): Json {
  const key = name === 'claim' ? 'claim/sub' : name;
  if (operator === '' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return { [key]: value };
  const [field = '', inner] = operator.split('.');
  return { [key]: { [field]: inner === undefined ? value : { [inner]: value } } };
}
