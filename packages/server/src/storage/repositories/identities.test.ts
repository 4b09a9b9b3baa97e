import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Statement } from '../port.ts';
import {
  deleteIdentitiesOfMember,
  deleteIdentitiesOfOrganization,
  deleteIdentity,
  identitiesOfMember,
  identitiesOfPerson,
  identitiesPage,
  identityOfMember,
  insertIdentity,
  parseIdentity,
  type Identity,
} from './identities.ts';

let database: Database;
beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});
afterEach(() => database.close());

const ADA: Identity = {
  id: 'idn_1',
  organization: 'acme',
  provider: 'idp_1',
  subject: '1001',
  user: 'usr_ada',
  login: 'ada',
  createdAt: 1_800_000_000,
};
const IN_GLOBEX: Identity = { ...ADA, id: 'idn_2', organization: 'globex', user: 'usr_gwen', login: 'gwen' };
const AT_ANOTHER: Identity = { ...ADA, id: 'idn_3', provider: 'idp_2' };
const BOB: Identity = { ...ADA, id: 'idn_4', subject: '2002', user: 'usr_bob', login: 'bob' };
const ALL = [ADA, IN_GLOBEX, AT_ANOTHER, BOB];

const write = async (...unit: readonly Statement[]): Promise<string> => {
  const written = await database.write(unit);
  return written.ok ? 'written' : written.error;
};
const rows = async (statement: Statement): Promise<readonly Identity[]> => {
  const read = await database.read(statement);
  if (!read.ok) throw new Error(read.error);
  return read.value.map(parseIdentity);
};
const all = async () => rows(identitiesPage(undefined, 100));

describe('identities', () => {
  beforeEach(async () => {
    expect(await write(...ALL.map(insertIdentity))).toBe('written');
  });

  it('come back as they went, by the person, by the member, and page by page', async () => {
    expect(await rows(identitiesOfPerson(ADA, 10))).toEqual([ADA, IN_GLOBEX]);
    expect(await rows(identitiesOfPerson(ADA, 1))).toEqual([ADA]);
    expect(await rows(identitiesOfMember(ADA, 10))).toEqual([ADA, AT_ANOTHER]);
    expect(await rows(identityOfMember('acme', 'usr_ada', 'idp_2'))).toEqual([AT_ANOTHER]);
    expect(await rows(identityOfMember('globex', 'usr_ada', 'idp_1'))).toEqual([]);
    const pages: Identity[] = [];
    for (let page = await rows(identitiesPage(undefined, 1)); page.length > 0;) {
      pages.push(...page);
      page = await rows(identitiesPage(page[0], 1));
    }
    expect(pages).toEqual(await all());
    expect(pages).toHaveLength(ALL.length);
  });

  it('are one of a person in an organization', async () => {
    const another = { ...ADA, id: 'idn_9', user: 'usr_eve', login: 'eve' };
    expect(await write(insertIdentity(another))).toBe('conflict');
  });

  it('are one of a member at a provider', async () => {
    const another = { ...ADA, id: 'idn_9', subject: '3003' };
    expect(await write(insertIdentity(another))).toBe('conflict');
    expect(await write(insertIdentity({ ...another, organization: 'initech' }))).toBe('written');
  });

  it('are bound together with all else of the unit, or not at all', async () => {
    const fresh = { ...ADA, id: 'idn_8', organization: 'initech' };
    const taken = { ...BOB, id: 'idn_9', subject: '3003' };
    expect(await write(insertIdentity(fresh), insertIdentity(taken))).toBe('conflict');
    expect(await all()).toHaveLength(ALL.length);
  });

  it('are taken away one by one, and only where they are', async () => {
    expect(await write(deleteIdentity({ ...ADA, organization: 'globex' }))).toBe('conflict');
    expect(await write(deleteIdentity({ ...ADA, user: 'usr_bob' }))).toBe('conflict');
    expect(await write(deleteIdentity(ADA))).toBe('written');
    expect(await write(deleteIdentity(ADA))).toBe('conflict');
    expect((await all()).map(({ id }) => id).sort()).toEqual(['idn_2', 'idn_3', 'idn_4']);
  });

  it('are taken away with their member, and with their organization', async () => {
    await write(deleteIdentitiesOfMember(ADA));
    expect((await all()).map(({ id }) => id).sort()).toEqual(['idn_2', 'idn_4']);
    await write(deleteIdentitiesOfOrganization('acme'));
    expect((await all()).map(({ id }) => id)).toEqual(['idn_2']);
  });
});
