import type { DatabaseSync } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** Kysely on an open `node:sqlite` connection, for migrations only. Whoever opened the connection closes it. */
export function sqliteDialect(connection: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      close: () => undefined,
      prepare: (sql) => {
        const statement = connection.prepare(sql);
        // Kysely passes what its query builder compiled: SQL values only.
        const values = (given: readonly unknown[]) => given as Parameters<typeof statement.run>;
        return {
          reader: statement.columns().length > 0,
          all: (given) => statement.all(...values(given)),
          run: (given) => statement.run(...values(given)),
          iterate: (given) => statement.iterate(...values(given)),
        };
      },
    },
  });
}
