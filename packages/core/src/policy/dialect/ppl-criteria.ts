import type { Json } from '../../claims.ts';
import type { Expression } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { claimTest, refuse } from './claim-test.ts';
import { DATE, DAY_OF_WEEK, TIME_OF_DAY } from './ppl-calendar.ts';
import { CLIENT_CERTIFICATE } from './ppl-certificate.ts';
import {
  aboutPrincipal,
  aboutRequest,
  aboutToken,
  askingSomebody,
  authenticatedUser,
  BARE,
  corsPreflight,
  flag,
  operatorsOf,
  together,
  type Place,
  type PplCriterion,
} from './ppl-criterion.ts';
import {
  ADDRESS,
  CLAIM,
  FOLDED_TEXT,
  LIST,
  METHOD,
  readOperators,
  TEXT,
  TOKEN_TYPE,
} from './ppl-operators.ts';

/**
 * The criteria of PPL: one entry in the list below for each. A name that is not in it refuses the whole policy: a
 * criterion that is ignored would be a hole.
 */
export const PPL_CRITERIA: readonly PplCriterion[] = [
  flag('accept', { op: 'constant', criterion: 'accept' }),
  flag('reject', { op: 'constant', criterion: 'reject' }),
  flag('authenticated_user', authenticatedUser()),
  aboutPrincipal('domain', 'domain', FOLDED_TEXT),
  aboutPrincipal('email', 'email', FOLDED_TEXT),
  aboutPrincipal('groups', 'groups', LIST),
  aboutPrincipal('organization', 'organization', TEXT),
  aboutPrincipal('runner', 'runner', TEXT),
  aboutPrincipal('team', 'team', TEXT),
  aboutPrincipal('user', 'user', TEXT),
  aboutToken('actor', 'actor', TEXT),
  aboutToken('issuer', 'issuer', TEXT),
  aboutToken('token_type', 'type', TOKEN_TYPE),
  aboutRequest('http_method', 'method', METHOD),
  aboutRequest('http_path', 'path', TEXT),
  aboutRequest('source_ip', 'source_ip', ADDRESS),
  flag('cors_preflight', corsPreflight(), 'cors_preflight'),
  CLIENT_CERTIFICATE,
  DATE,
  DAY_OF_WEEK,
  TIME_OF_DAY,
  { name: 'claim', operators: operatorsOf(CLAIM), read: withoutPath },
  { name: 'condition', operators: [BARE], read: aboutEverything },
];

/** Criteria of other gateways that ask for something that this one does not have. */
const FOREIGN = [
  'device',
  'invalid_client_certificate',
  'mcp_tool',
  'pomerium_routes',
  'record',
  'ssh_publickey',
  'ssh_username',
];

/** Reads one criterion, `name: data`; `claim/PATH` has its own form. */
export function readCriterion(name: string, data: Json, place: Place): Expression | undefined {
  const { problems, path, facts } = place;
  if (name.startsWith('claim/')) return aboutClaim(name.slice('claim/'.length), data, place);
  const criterion = PPL_CRITERIA.find((known) => known.name === name);
  // A fact that nobody supplies would make the criterion deny everything, or allow nothing, for no visible reason.
  if (criterion?.needs !== undefined && facts?.has(criterion.needs) === false)
    return refuse(problems, path, `the criterion ${quote(name)} is not available yet`);
  if (criterion !== undefined) return criterion.read(data, place);
  if (FOREIGN.includes(name)) return refuse(problems, path, `this gateway has no criterion ${quote(name)}`);
  const names = PPL_CRITERIA.map((known) => known.name);
  return refuse(problems, path, `unknown criterion ${quote(name)}${suggestion(name, names)}`);
}

function withoutPath(_: Json, { problems, path }: Place): undefined {
  return refuse(problems, path, 'a claim needs its path, such as claim/sub');
}

function aboutClaim(claim: string, data: Json, { effect, path, problems }: Place): Expression | undefined {
  const operands = readOperators(CLAIM, data, path, problems);
  const subject = claimTest(dottedPath(claim), { kind: 'present', value: true }, path, problems)?.subject;
  if (subject === undefined) return undefined;
  return together(
    operands.map((operand) =>
      askingSomebody(operand, effect, (matcher) => ({ op: 'test', criterion: 'claim', subject, matcher })),
    ),
  );
}

/** An expression of CEL. It may be a negation, and nobody can tell: in an allow it asks for somebody as well. */
function aboutEverything(data: Json, { effect, path, problems, conditions }: Place): Expression | undefined {
  if (typeof data !== 'string') return refuse(problems, path, `expected an expression, got ${kindOf(data)}`);
  if (conditions === undefined)
    return refuse(problems, path, 'the engine of conditions is not loaded, so no condition can be read');
  const compiled = conditions(data);
  if (!compiled.ok) return refuse(problems, path, compiled.error);
  const condition: Expression = { op: 'condition', source: data };
  return effect === 'allow' ? { op: 'and', of: [authenticatedUser(), condition] } : condition;
}

/** `a/b` is `a.b`; inside quotes a slash is a slash, so that a claim named by a URL can be written. */
function dottedPath(claim: string): string {
  let quoted = false;
  let written = '';
  for (let at = 0; at < claim.length; at += 1) {
    const character = claim[at] ?? '';
    if (character === '"') quoted = !quoted;
    if (quoted && character === '\\') {
      written += character + (claim[at + 1] ?? '');
      at += 1;
    } else written += character === '/' && !quoted ? '.' : character;
  }
  return written;
}
