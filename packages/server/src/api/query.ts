import { err, ok, type Result } from '@countersign/core';
import type { ServiceRequest } from '../http/message.ts';

/** The query of a list, parsed once: every parameter known by name, at most once, within its bounds. */
export interface Query<Name extends string> {
  readonly values: Readonly<Partial<Record<Name, string>>>;
  /** 1 to 1000; 100 when absent. */
  readonly maxResults: number;
  readonly continuationToken?: string;
}

const DEFAULT_RESULTS = 100;
const MAX_RESULTS = 1000;

/** Longer values name nothing that is stored. */
const MAX_VALUE = 1024;

/**
 * Reads the query. A filter that is not known is refused and not ignored: a list that were wider than what was asked
 * for could be taken for the answer.
 */
export function readQuery<Name extends string>(
  request: ServiceRequest,
  names: readonly Name[],
): Result<Query<Name>, string> {
  const values: Partial<Record<Name, string>> = {};
  let maxResults = DEFAULT_RESULTS;
  let continuationToken: string | undefined;
  const seen = new Set<string>();
  for (const [key, value] of new URLSearchParams(request.query)) {
    if (seen.has(key)) return err(`${printable(key)} is repeated.`);
    seen.add(key);
    if (value.length > MAX_VALUE) return err(`${printable(key)} is too long.`);
    const name = names.find((candidate) => candidate === key);
    if (key === 'maxResults') {
      maxResults = /^[0-9]{1,4}$/.test(value) ? Number(value) : 0;
      if (maxResults < 1 || maxResults > MAX_RESULTS)
        return err('maxResults is not a number from 1 to 1000.');
    } else if (key === 'continuationToken') continuationToken = value;
    else if (name === undefined) return err(`${printable(key)} is not a parameter of this list.`);
    else values[name] = value;
  }
  return ok({ values, maxResults, ...(continuationToken === undefined ? {} : { continuationToken }) });
}

/** The name of a parameter as it may be said back; anything else than a plain word is not repeated. */
function printable(key: string): string {
  return /^[A-Za-z]{1,40}$/.test(key) ? key : 'A parameter';
}
