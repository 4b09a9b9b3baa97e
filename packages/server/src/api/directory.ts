import { err, ok, type Result } from '@countersign/core';
import type { Change } from '../administration/model.ts';
import type { StoredMark } from '../config/model.ts';
import type { Answer } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { apiError } from './answer.ts';
import type { ApiCall } from './operation.ts';
import { readQuery, type Query } from './query.ts';
import { timeText } from './time-text.ts';

/** What organizations, members, teams and agent pools of the API have in common: what is read, page by page, and whose it is. */
export interface DirectoryDeps {
  readonly snapshot: () => Snapshot;
  readonly change: Change;
  /** Epoch seconds. */
  readonly now: () => number;
}

export interface Page<T, Name extends string> {
  readonly items: readonly T[];
  readonly values: Query<Name>['values'];
  /** There are more after the item of this name. */
  readonly continuation: { readonly continuationToken?: string };
}

/** The items that the query asks for, in the order of their names: one that comes or goes meanwhile moves no other. */
export function pageOf<T, Name extends string = never>(
  { request }: ApiCall,
  items: ReadonlyMap<string, T>,
  parameters: readonly Name[],
): Result<Page<T, Name>, Answer> {
  const query = readQuery(request, parameters);
  if (!query.ok) return err(apiError(400, query.error));
  const { values, maxResults, continuationToken: after } = query.value;
  if (after !== undefined && !/^[A-Za-z0-9._-]{1,100}$/.test(after)) {
    return err(apiError(400, 'continuationToken is not one that this list gave.'));
  }
  const names = [...items.keys()].filter((name) => after === undefined || name > after).toSorted(byCodeUnit);
  const page = names.slice(0, maxResults);
  const last = page.at(-1);
  return ok({
    items: page.flatMap((name) => items.get(name) ?? []),
    values,
    continuation: last !== undefined && names.length > page.length ? { continuationToken: last } : {},
  });
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : 1;
}

interface Ownership {
  readonly source: 'file' | 'api';
  readonly created?: string;
}

/** Whose a thing is, and since when; of what the file declares nobody knows that. */
export function ownership(stored: StoredMark | undefined): Ownership {
  return stored === undefined ? { source: 'file' } : { created: timeText(stored.created), source: 'api' };
}
