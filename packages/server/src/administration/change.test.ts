import { ok, type Result } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDecisions } from '../audit/decision-writer.ts';
import { QUIET, seededRandom } from '../audit/testing/trail.ts';
import { createLiveSnapshot, type LiveSnapshot } from '../snapshot/live-snapshot.ts';
import { acme, configOf } from '../snapshot/testing/from-file.ts';
import { celConditions, compileWorld, loadStored } from '../snapshot/world.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { changesAfter, parseChange } from '../storage/repositories/changes.ts';
import { createMassRevocations } from '../tokens/mass-revocations.ts';
import { createChange, MAX_OBJECTS } from './change.ts';
import type { Change, Edit, Refused } from './model.ts';

const NOW = 1_790_000_000_000;
const AUTHOR = { organization: 'acme', actor: 'administrator' };

let database: Database;
let started = 0;

beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:', logger: QUIET });
  if (!opened.ok) throw new Error('no database');
  database = opened.value;
});
afterEach(() => database.close());

interface Process {
  readonly live: LiveSnapshot;
  readonly change: Change;
}

/** A process on the same storage; its own file may have more policy tests than that of others. */
async function processOf(file = configOf(acme())): Promise<Process> {
  const stored = await loadStored(database);
  const world = stored.ok ? compileWorld(file, stored.value, undefined) : stored;
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  const live = createLiveSnapshot({ reader: database, logger: QUIET }, world.value);
  const clock = { now: () => NOW };
  started += 1;
  // Of its own: two processes that drew the same ids would get in each other's way by that alone.
  const random = seededRandom(`process ${started}`);
  const decisions = createDecisions({ database, clock, random, logger: QUIET });
  const massRevocations = createMassRevocations();
  const change = createChange({
    live,
    decisions,
    massRevocations,
    clock,
    logger: QUIET,
    loadConditions: celConditions,
  });
  return { live, change };
}

const member = (login: string): Edit => ({
  put: [{ organization: 'acme', kind: 'member', key: login, document: { role: 'member' } }],
  event: 'member.created',
  detail: { login },
});
const add = (login: string) => (): Result<Edit, Refused> => ok(member(login));
const logins = ({ live }: Process) => [
  ...(live.current().organizations.get('acme')?.directory.members.keys() ?? []),
];

describe('a change over the API', () => {
  it('is in force in the process that made it, and in others when they hear of it', async () => {
    const [one, other] = [await processOf(), await processOf()];
    const changed = await one.change(AUTHOR, add('eve'));
    expect(changed).toEqual({ ok: true, value: one.live.current() });
    expect(logins(one)).toContain('eve');
    expect(logins(other)).not.toContain('eve');
    const rows = await database.read(changesAfter(0, 10));
    expect(rows.ok && rows.value.map(parseChange)).toMatchObject([
      { kind: 'objects.changed', payload: { version: 1 } },
    ]);
    await other.live.reload();
    expect(logins(other)).toContain('eve');
  });

  it('is decided anew on what another process has made of it first', async () => {
    const [one, other] = [await processOf(), await processOf()];
    await one.change(AUTHOR, add('eve'));
    const versions: number[] = [];
    const changed = await other.change(AUTHOR, ({ version }) => {
      versions.push(version);
      return ok(member('mallory'));
    });
    expect([changed.ok, versions]).toEqual([true, [0, 1]]);
    expect(logins(other)).toEqual(['ada', 'eve', 'mallory']);
  });

  it('is one of many at once, none of which is lost', async () => {
    const processes = await Promise.all([processOf(), processOf(), processOf()]);
    const names = Array.from({ length: 12 }, (_, at) => `user-${at}`);
    const changed = await Promise.all(
      names.map(async (name, at) => processes[at % processes.length]?.change(AUTHOR, add(name))),
    );
    const done = names.filter((_, at) => changed[at]?.ok === true);
    const reader = await processOf();
    expect(
      logins(reader)
        .filter((login) => login.startsWith('user-'))
        .toSorted(),
    ).toEqual(done.toSorted());
    expect(reader.live.world().version).toBe(done.length);
  });

  it('is not made where it does not compile', async () => {
    const own = await processOf();
    const broken: Edit = {
      put: [
        {
          organization: 'acme',
          kind: 'issuer',
          key: 'iss_1',
          document: {
            name: 'late',
            url: 'https://late.example',
            issuer: 'https://late.example',
            disabled: false,
            replay: 'allow',
            thumbprints: [],
            maxExpiration: 60,
          },
        },
        {
          organization: 'acme',
          kind: 'policies',
          key: 'iss_1',
          document: {
            policies: [
              {
                decision: 'allow',
                tokenType: 'organization',
                permissions: [],
                rules: {},
                match: {},
                condition: 'claims.',
              },
            ],
          },
        },
      ],
      event: 'policies.updated',
      detail: {},
    };
    const changed = await own.change(AUTHOR, () => ok(broken));
    expect(changed).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: expect.stringContaining('condition') },
    });
    expect(own.live.world().version).toBe(0);
    expect(await loadStored(database)).toEqual(ok({ objects: [], version: 0 }));
  });

  it('says what stands in its way and changes nothing', async () => {
    const own = await processOf();
    const before = own.live.world();
    const taken = await own.change(AUTHOR, add('ada'));
    expect(taken).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: expect.stringContaining('members') },
    });
    const refused = await own.change(AUTHOR, () => ({
      ok: false,
      error: { kind: 'absent', message: 'No such thing.' },
    }));
    expect(refused).toEqual({ ok: false, error: { kind: 'absent', message: 'No such thing.' } });
    expect(own.live.world()).toBe(before);
  });

  it('makes no more objects than there may be', async () => {
    const own = await processOf();
    const many = (count: number): Edit => ({
      put: Array.from({ length: count }, (_, at) => ({
        organization: 'gone',
        kind: 'member',
        key: `user-${at}`,
        document: { role: 'member' },
      })),
      event: 'member.created',
      detail: {},
    });
    const full = await own.change(AUTHOR, () => ok(many(MAX_OBJECTS + 1)));
    expect(full).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: expect.stringContaining('most') },
    });
    expect((await own.change(AUTHOR, () => ok(many(MAX_OBJECTS)))).ok).toBe(true);
    expect((await own.change(AUTHOR, add('eve'))).ok).toBe(false);
  });

  it('ends in unavailable when storage does not answer, and is not in force', async () => {
    const own = await processOf();
    const before = own.live.world();
    await database.close();
    expect(await own.change(AUTHOR, add('eve'))).toEqual({ ok: false, error: { kind: 'unavailable' } });
    expect(own.live.world()).toBe(before);
  });
});
