import { countsIn, err, ok, type Result } from '@countersign/core';
import { isId } from '../audit/decision-id.ts';
import type { Caller } from '../caller/caller.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import { fileId } from '../snapshot/file-id.ts';
import type { Row } from '../storage/port.ts';
import { identitiesOfMember, parseIdentity } from '../storage/repositories/identities.ts';
import { listSessions } from '../storage/repositories/sessions.ts';
import { parseToken } from '../storage/repositories/tokens.ts';
import { sessionName, type MassRevocations } from '../tokens/mass-revocations.ts';
import { EVERYWHERE, type MassRevocation, type Presented, type TokenRecord } from '../tokens/model.ts';
import { apiError, callerError, NO_CONTENT } from './answer.ts';
import { deletedTokenAnswer } from './made-tokens.ts';
import type { ApiCall } from './operation.ts';
import { readQuery, type Query } from './query.ts';
import { exchangedTokenView, type TokensDeps } from './tokens.ts';

/**
 * Sessions of people, which `/api/v1/token` begins: their own to see and to end, each or all. Who comes with a token
 * that one organization stands behind sees and ends what counts there (threat 18); who comes with a session, all of it.
 */
export interface SessionsDeps extends TokensDeps {
  /** What a token is now that is stored, and has neither expired nor been revoked by itself. */
  readonly standingOf: (token: TokenRecord) => Presented;
  readonly massRevocations: Pick<MassRevocations, 'covers' | 'endedIn' | 'endedUntil'>;
}

/** A person of a provider; in one organization alone, by the identity that it knows them by. */
interface Person {
  readonly provider: string;
  readonly subject: string;
  readonly within?: { readonly organization: string; readonly identity: string };
}

const FILTERS = ['state', 'issuerId', 'subject'] as const;
const STATES = ['active', 'expired', 'all'] as const;

/** GET /api/user/sessions; the site administrator says whose: `?issuerId=&subject=` */
export async function getSessions(deps: SessionsDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, FILTERS);
  if (!query.ok) return apiError(400, query.error);
  const people = await peopleOf(deps, call, query.value.values);
  return people.ok ? sessionsAnswer(deps, query.value, people.value) : people.error;
}

/** GET /api/orgs/{org}/members/{login}/sessions: those of a member that count in the organization. */
export async function getMemberSessions(deps: SessionsDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, ['state']);
  if (!query.ok) return apiError(400, query.error);
  const { name, directory } = call.organization();
  const login = call.parameter('login');
  const people = await peopleBehind(deps, name, fileId('usr', login));
  if (!people) return callerError('unavailable');
  if (people.length === 0 && !directory.members.has(login)) return apiError(404, 'No such member.');
  return sessionsAnswer(deps, query.value, people);
}

/** DELETE /api/user/sessions: 204, and all of them are over; the site administrator says whose, or of which provider. */
export async function deleteSessions(deps: SessionsDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, ['issuerId', 'subject']);
  if (!query.ok) return apiError(400, query.error);
  const before = deps.now();
  const revocations = await endingsOf(deps, call, query.value.values);
  if (!revocations.ok) return revocations.error;
  for (const revocation of revocations.value) {
    const done = await deps.revokeMany({ ...revocation, before }, call.caller);
    if (!done.ok) return callerError('unavailable');
  }
  return NO_CONTENT;
}

/** DELETE /api/user/sessions/{id} */
export async function deleteSession(deps: SessionsDeps, call: ApiCall): Promise<Answer> {
  if (call.role === 'S') return deletedTokenAnswer(deps, call, ({ prefix }) => prefix === 'css');
  const people = await peopleOf(deps, call, {});
  if (!people.ok) return people.error;
  // What counts elsewhere too is not for one organization's word to end everywhere.
  return deletedTokenAnswer(deps, call, (token) =>
    people.value.some((person) => isOf(token, person) && isOwned(token, person)),
  );
}

type Values = Query<'issuerId' | 'subject'>['values'];

/** Whose sessions a caller may see. */
async function peopleOf(
  deps: SessionsDeps,
  { caller, role }: ApiCall,
  { issuerId, subject }: Values,
): Promise<Result<readonly Person[], Answer>> {
  if (role === 'S') {
    if (issuerId === undefined || subject === undefined)
      return err(apiError(400, 'The site administrator has to say whose: issuerId and subject.'));
    return ok([{ provider: issuerId, subject }]);
  }
  if (issuerId !== undefined || subject !== undefined)
    return err(
      apiError(400, 'issuerId and subject are for the site administrator: a person sees their own.'),
    );
  const own = sessionOf(caller);
  if (own) return ok([own]);
  const member = caller.principal.kind === 'user' ? memberOf(deps.snapshot(), caller.principal) : undefined;
  const people = member ? await peopleBehind(deps, member.organization, member.user) : [];
  return people ? ok(people) : err(callerError('unavailable'));
}

function sessionOf({ principal, token }: Caller): Person | undefined {
  if (principal.vouchedBy.kind !== 'identity_provider' || token === undefined) return undefined;
  return { provider: token.issuer, subject: token.subject };
}

/** One of each provider. */
const MOST = 1000;

async function peopleBehind(
  { reader }: SessionsDeps,
  organization: string,
  user: string,
): Promise<readonly Person[] | undefined> {
  const rows = await reader.read(identitiesOfMember({ organization, user }, MOST));
  if (!rows.ok) return undefined;
  return rows.value
    .map(parseIdentity)
    .map(({ provider, subject, id }) => ({ provider, subject, within: { organization, identity: id } }));
}

/** What ends all of them; the time is the deed's. */
async function endingsOf(
  deps: SessionsDeps,
  call: ApiCall,
  values: Values,
): Promise<Result<readonly Omit<MassRevocation, 'before'>[], Answer>> {
  const { issuerId, subject } = values;
  if (call.role === 'S' && issuerId !== undefined && subject === undefined)
    return ok([{ organization: EVERYWHERE, by: 'issuer', value: issuerId }]);
  const people = await peopleOf(deps, call, values);
  if (!people.ok) return people;
  const providers = deps.snapshot().identityProvidersById;
  return ok(
    people.value.flatMap(({ provider, subject: sub, within }): Omit<MassRevocation, 'before'>[] => {
      if (within) return [{ organization: within.organization, by: 'principal', value: within.identity }];
      const name = providers.get(provider)?.name;
      // Of a provider that is gone no session stands.
      return name === undefined
        ? []
        : [{ organization: EVERYWHERE, by: 'principal', value: sessionName(name, sub) }];
    }),
  );
}

/** All of several people as one list, newest first. */
async function sessionsAnswer(
  deps: SessionsDeps,
  { values, maxResults, continuationToken: after }: Query<'state' | 'issuerId' | 'subject'>,
  people: readonly Person[],
): Promise<Answer> {
  const filter = STATES.find((candidate) => candidate === (values.state ?? 'active'));
  if (!filter) return apiError(400, 'state is none of active, expired and all.');
  if (after !== undefined && !isId('tok', after))
    return apiError(400, 'continuationToken is not one that this list gave.');
  const found: Found[] = [];
  for (const person of people) {
    const limit = maxResults + 1;
    const rows = await deps.reader.read(
      listSessions({ ...person, filter, limit, ...(after === undefined ? {} : { after }) }, deps.now()),
    );
    if (!rows.ok) return callerError('unavailable');
    found.push(...rows.value.map((row) => foundOf(row, person)).filter(({ token }) => isOf(token, person)));
  }
  const listed = found.toSorted((one, other) => (one.token.id < other.token.id ? 1 : -1));
  const page = listed.slice(0, maxResults);
  const last = page.at(-1);
  const more = listed.length > maxResults && last !== undefined;
  // What something else than its own revocation has ended is marked nowhere: storage takes it for live.
  const shown = filter === 'active' ? page.filter((one) => isActive(deps, one)) : page;
  return jsonAnswer(200, {
    tokens: shown.map(({ row, person }) => exchangedTokenView(row, (token) => endedFor(deps, token, person))),
    ...(more ? { continuationToken: last.token.id } : {}),
  });
}

interface Found {
  readonly row: Row;
  readonly token: TokenRecord;
  readonly person: Person;
}

function foundOf(row: Row, person: Person): Found {
  return { row, token: parseToken(row).record, person };
}

/** What one organization has ended is over there, and for the person only where nothing is left of it. */
function endedFor({ massRevocations }: SessionsDeps, token: TokenRecord, { within }: Person): number {
  if (within)
    return Math.max(
      massRevocations.endedIn(within.organization, token),
      massRevocations.endedIn(EVERYWHERE, token),
    );
  return massRevocations.covers(token) ? massRevocations.endedUntil(token) : -Infinity;
}

/** To an organization a session is what it is there, wherever else it may count. */
function isActive({ standingOf }: SessionsDeps, { token, person: { within } }: Found): boolean {
  const standing = standingOf(token);
  if (standing.state !== 'live') return false;
  return within === undefined || countsIn(standing.token.principal, within.organization);
}

/** Whether a session is that person's; to an organization those alone that it knows them in. */
function isOf({ prefix, issuer, subject, principal }: TokenRecord, person: Person): boolean {
  if (prefix !== 'css' || issuer !== person.provider || subject !== person.subject) return false;
  if (!person.within || principal.kind !== 'user') return true;
  const { organization, identity } = person.within;
  return (principal.memberships ?? []).some(
    (one) => one.organization === organization && one.identity === identity,
  );
}

function isOwned({ organization }: TokenRecord, { within }: Person): boolean {
  return within === undefined || organization === within.organization;
}
