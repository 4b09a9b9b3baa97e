import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Statement } from '../port.ts';
import { auditPage, chainHeads, chainPage, firstChainedEvent, nextWriter } from './audit-events.ts';
import {
  deleteIdentitiesOfOrganization,
  deleteIdentity,
  identitiesOfMember,
  identitiesOfPerson,
  identityOfMember,
} from './identities.ts';
import { countLiveMadeTokens, findMadeTokenByName, listMadeTokens } from './made-tokens.ts';
import { dueSessions, findHeld, leaveAlone, takeLease } from './session-refresh.ts';
import { sessionsAtProvider, sessionUses } from './sessions-at-provider.ts';
import { listSessions } from './sessions.ts';
import { deleteGrants, deleteRefusals, dueReplayMarks, dueTokens, eraseEvents, nextStep } from './sweep.ts';
import { putLastUse } from './last-uses.ts';
import {
  decisionsById,
  eventPayloads,
  linkAt,
  madeTokensById,
  tokenPage,
  tokensByHash,
  unchainedEvents,
} from './verification.ts';

/** What is asked of tables with millions of rows is found by an index: a walk through all would stop every other read. */

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

async function plan({ sql, parameters }: Statement): Promise<string> {
  const read = await database.read({ sql: `explain query plan ${sql}`, parameters });
  if (!read.ok) throw new Error(read.error);
  return read.value.map((row) => String(row['detail'])).join('\n');
}

const MADE = { organization: 'acme', principal: 'org:acme', filter: 'active', limit: 10 } as const;
const [erase, deleteUnchained] = eraseEvents('a', 'b');

describe('by an index and not through the table', () => {
  it.each([
    ['a page of a chain', chainPage('w', 1, 10)],
    ['the next writer', nextWriter('w')],
    ['one link', linkAt('w', 1)],
    ['events in no chain', unchainedEvents()],
    ['a page of the trail', auditPage('a', 'b', 10)],
    ['events by id', eventPayloads(['a'])],
    ['tokens by hash', tokensByHash(['a'])],
    ['decisions by id', decisionsById(['a'])],
    ['a page of tokens', tokenPage('a')],
    ['a step of decisions', nextStep('decision', '', 5)],
    ['a step of events', nextStep('audit', '', 5)],
    ['refusals to delete', deleteRefusals('a', 'b')],
    ['grants to delete', deleteGrants('a', 'b', 5)],
    ['events to erase', erase],
    ['events in no chain to delete', deleteUnchained],
    ['uses of tokens that are due', dueTokens([5]).remove[0]],
    ['tokens that are due', dueTokens([5]).remove[1]],
    ['tokens of a principal', listMadeTokens(MADE, 5)],
    ['live tokens of a principal', countLiveMadeTokens(MADE, 5, 10)],
    ['a name that was given', findMadeTokenByName('acme', 'n')],
    ['names of tokens by id', madeTokensById(['a'])],
    ['the token of a use', putLastUse('a', 5)],
    ['marks that are due', dueReplayMarks([5]).remove[0]],
    ['sessions of a person', listSessions({ provider: 'i', subject: 's', filter: 'active', limit: 10 }, 5)],
    ['sessions that are due', dueSessions(5, 10)],
    ['a session to hold', takeLease('a', { holder: 'b', now: 5, until: 6 })],
    ['a session that is held', findHeld('a', 'b')],
    ['sessions to leave alone', leaveAlone('i', { now: 5, until: 6, limit: 10 })],
    [
      'sessions of a subject at a provider',
      sessionsAtProvider({ provider: 'i', subject: 's', begunBy: 5 }, '', 10),
    ],
    [
      'a session at a provider',
      sessionsAtProvider({ provider: 'i', providerSession: 's', begunBy: 5 }, '', 10),
    ],
    ['uses of sessions', sessionUses('', 10)],
    ['identities of a person', identitiesOfPerson({ provider: 'i', subject: 's' }, 10)],
    ['identities of a member', identitiesOfMember({ organization: 'acme', user: 'u' }, 10)],
    ['the identity of a member at a provider', identityOfMember('acme', 'u', 'i')],
    ['an identity to delete', deleteIdentity({ organization: 'acme', user: 'u', id: 'idn_1' })],
    ['identities to delete', deleteIdentitiesOfOrganization('acme')],
  ])('is found: %s', async (_, statement) => {
    if (statement === undefined) throw new Error('there is no such statement');
    const steps = await plan(statement);
    expect(steps).toContain('SEARCH');
    expect(steps).not.toMatch(
      /SCAN (?:token|decision|audit|replay_mark|made_token|last_use|identity|session)\b/,
    );
    expect(steps).not.toContain('TEMP B-TREE');
  });

  it('are found: the ends of the chains, from writer to writer', async () => {
    expect(await plan(chainHeads('', 100))).not.toMatch(/SCAN (?:a|h|x|audit)\b/);
  });

  it('is found: the first event of a chain, along the ids, the first of which is in one', async () => {
    expect(await plan(firstChainedEvent())).toBe('SCAN audit USING INDEX sqlite_autoindex_audit_1');
  });
});
