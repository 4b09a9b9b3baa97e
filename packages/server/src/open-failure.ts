import type { OpenFailure } from './storage/engine/sqlite.ts';

/** Why a database could not be opened, for whoever runs the server. */
export function openFailureMessage(path: string, failure: OpenFailure): string {
  switch (failure.kind) {
    case 'locked':
      return `${path} belongs to another running serve`;
    case 'newer_schema':
      return `${path} was written by a newer version`;
    case 'not_a_database':
      return `${path} is not a database of countersign`;
    case 'unusable':
      return `${path} cannot be used: ${failure.message}`;
  }
}
