import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../snapshot/model.ts';
import type { Identity } from '../storage/repositories/identities.ts';
import { outcomeOf, standingOf } from './memberships.ts';

const NAMES = ['acme', 'globex', 'initech'] as const;

/** Organizations whose members are `login` → email. */
const houseOf = (members: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>) =>
  ({
    organizations: new Map(
      NAMES.map((name) => [
        name,
        {
          directory: {
            members: new Map(
              Object.entries(members[name] ?? {}).map(([login, email]) => [
                login,
                { login, user: `usr_${login}`, role: 'member', ...(email === undefined ? {} : { email }) },
              ]),
            ),
          },
        },
      ]),
    ),
  }) as unknown as Pick<Snapshot, 'organizations'>;

const identity = (organization: string, login: string): Identity => ({
  id: `idn_${organization}`,
  organization,
  provider: 'idp_1',
  subject: '1001',
  user: `usr_${login}`,
  login,
  createdAt: 1,
});

const asked = (members: Parameters<typeof houseOf>[0], identities: readonly Identity[] = []) => ({
  snapshot: houseOf(members),
  organizations: [...NAMES],
  person: { email: 'ada@acme.example' },
  identities,
});

describe('whom organizations know a person as', () => {
  it('is told by the identity where there is one, and by the email only where there is none', () => {
    const members = {
      acme: { ada: 'other@acme.example', eve: 'ada@acme.example' },
      globex: { gwen: 'ADA@acme.example' },
    };
    const { known, candidates, departed } = standingOf(asked(members, [identity('acme', 'ada')]));
    expect(known.map(({ login }) => login)).toEqual(['ada']);
    expect(candidates).toEqual([{ organization: 'globex', user: 'usr_gwen', login: 'gwen' }]);
    expect(departed).toEqual([]);
  });

  it('is nobody where they were a member and are none, be it another of that login', () => {
    const gone = standingOf(asked({ acme: { eve: 'ada@acme.example' } }, [identity('acme', 'ada')]));
    expect(gone).toMatchObject({ known: [], candidates: [], departed: ['acme'] });
    const other = { ...identity('acme', 'ada'), user: 'usr_of_somebody_else' };
    expect(standingOf(asked({ acme: { ada: undefined } }, [other])).departed).toEqual(['acme']);
  });

  it('is nobody in particular without an email, and where several have it', () => {
    const members = {
      acme: { ada: 'ada@acme.example', eva: 'ada@ACME.example' },
      globex: { gwen: undefined },
    };
    expect(standingOf(asked(members)).candidates).toEqual([]);
    const without = { ...asked({ acme: { ada: 'ada@acme.example' } }), person: {} };
    expect(standingOf(without).candidates).toEqual([]);
  });

  it('counts nowhere by a member who is another account, and everywhere else as before', () => {
    const members = { acme: { ada: 'ada@acme.example' }, globex: { gwen: 'ada@acme.example' } };
    const question = asked(members);
    const standing = standingOf(question);
    const taken = standing.candidates.filter(({ organization }) => organization === 'acme');
    expect(outcomeOf(question, standing, taken, 'idn_new')).toEqual({
      memberships: [{ organization: 'globex', user: 'usr_gwen', login: 'gwen', identity: 'idn_new' }],
      bound: [{ organization: 'globex', user: 'usr_gwen', login: 'gwen' }],
      organizations: ['globex', 'initech'],
      conflicts: ['acme'],
    });
  });

  it('hangs, in each of them, on nothing that another says', () => {
    const members = fc.record({
      ada: fc.constantFrom('ada@acme.example', 'x@y.example'),
      eve: fc.constantFrom('ada@acme.example', 'z@y.example'),
    });
    const of = (
      house: Parameters<typeof houseOf>[0],
      held: readonly Identity[],
      takes: readonly string[],
    ) => {
      const question = asked(house, held);
      const standing = standingOf(question);
      const taken = standing.candidates.filter(({ organization }) => takes.includes(organization));
      const { memberships, organizations } = outcomeOf(question, standing, taken, 'idn_new');
      const inAcme = memberships.filter(({ organization }) => organization === 'acme');
      return [inAcme, organizations.includes('acme')];
    };
    fc.assert(
      fc.property(
        members,
        members,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (acme, globex, bound, other, taken) => {
          const held = bound ? [identity('acme', 'ada')] : [];
          const theirs = other ? [identity('globex', 'eve')] : [];
          const takes = taken ? ['acme'] : [];
          expect(of({ acme, globex }, [...held, ...theirs], [...takes, 'globex'])).toEqual(
            of({ acme }, held, takes),
          );
        },
      ),
    );
  });
});
