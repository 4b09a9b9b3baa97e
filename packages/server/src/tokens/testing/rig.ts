import type { Result } from '@countersign/core';
import { afterAll, beforeEach, expect } from 'vitest';
import type { Clock } from '../../adapters/ports.ts';
import type { Database, Reader } from '../../storage/port.ts';
import { insertToken } from '../../storage/repositories/tokens.ts';
import type { MintedToken } from '../issue.ts';
import { createMassRevocations, type MassRevocations } from '../mass-revocations.ts';
import type { TokenRecord } from '../model.ts';
import { createPresenter, type Presenter, type PresenterDeps } from '../present.ts';
import { TokenTable } from '../token-table.ts';
import { checksums, HEARS, mint, RECORD, ringOfOne } from './fixture.ts';

/** A process with its storage, as those see it who present tokens, load them and revoke them. */
export interface Rig extends Parts {
  readonly database: Database;
  readonly clock: Clock;
  /** The database, with every read counted. */
  readonly counted: Reader;
  /** A presenter of the parts as they are now. */
  readonly presenter: (changes?: Partial<PresenterDeps>) => Presenter;
  /** A token that storage knows, and the table not yet. */
  readonly stored: (record?: TokenRecord) => Promise<MintedToken>;
  /** A reader whose answers wait until they are let go. */
  readonly held: () => { readonly reader: Reader; readonly release: () => void };
}

/** What is new for every test. */
interface Parts {
  table: TokenTable;
  massRevocations: MassRevocations;
  signingRings: Record<'access' | 'session', ReturnType<typeof ringOfOne>>;
  /** Epoch milliseconds. */
  now: number;
  /** How often `counted` was read. */
  reads: number;
}

/** Epoch milliseconds, when a test begins: half of the life of `RECORD`. */
export const NOW = 1_500_000;

const newParts = (): Parts => ({
  table: new TokenTable({ claimPaths: [['sub']] }),
  massRevocations: createMassRevocations(),
  signingRings: { access: ringOfOne(), session: ringOfOne() },
  now: NOW,
  reads: 0,
});

const EMPTY = ['token', 'audit', 'change', 'mass_revocation'].map((name) => ({
  sql: `delete from "${name}"`,
  parameters: [],
}));

/** The rig of a test file: one database for all its tests, emptied before each, and closed after the last. */
export function createRig(opened: Result<Database, { readonly kind: string }>): Rig {
  if (!opened.ok) throw new Error(opened.error.kind);
  const database = opened.value;
  const clock: Clock = { now: () => rig.now };
  const counted: Reader = {
    read: (statement) => {
      rig.reads += 1;
      return database.read(statement);
    },
  };
  const rig: Rig = {
    ...newParts(),
    database,
    clock,
    counted,
    presenter: (changes) => {
      const { table, massRevocations, signingRings } = rig;
      const deps = { table, massRevocations, checksums, signingRings, feed: HEARS, reader: counted, clock };
      return createPresenter({ ...deps, ...changes });
    },
    stored: async (record = RECORD) => {
      const minted = mint(record.prefix);
      expect((await database.write([insertToken(minted.hash, record)])).ok).toBe(true);
      return minted;
    },
    held: () => held(counted),
  };
  beforeEach(async () => {
    await database.write(EMPTY);
    Object.assign(rig, newParts());
  });
  afterAll(() => database.close());
  return rig;
}

function held(counted: Reader): ReturnType<Rig['held']> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const read: Reader['read'] = async (statement) => {
    const answer = await counted.read(statement);
    await gate;
    return answer;
  };
  return { reader: { read }, release };
}
