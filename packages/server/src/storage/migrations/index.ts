import type { Migration } from 'kysely/migration';
import { up as initial } from './0001-initial.ts';
import { up as wholeExchange } from './0002-whole-exchange.ts';
import { up as objects } from './0003-objects.ts';
import { up as identities } from './0004-identities.ts';
import { up as sessions } from './0005-sessions.ts';
import { up as deviceGrants } from './0006-device-grants.ts';

/**
 * Every change of the schema, in order: an explicit list, never a folder that is scanned. A migration that has been
 * released is never edited; it expands first and contracts a release later. This list is read at every start, so
 * neither it nor a migration may import kysely for more than its types.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': { up: initial },
  '0002-whole-exchange': { up: wholeExchange },
  '0003-objects': { up: objects },
  '0004-identities': { up: identities },
  '0005-sessions': { up: sessions },
  '0006-device-grants': { up: deviceGrants },
};

/** Number of the newest schema: what an up-to-date database says of itself. */
export const NEWEST_SCHEMA = Object.keys(MIGRATIONS).length;
