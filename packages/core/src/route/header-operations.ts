import type { Problem } from '../result.ts';
import { headerKey, isIdentityHeader } from './header-key.ts';
import { HOP_BY_HOP } from './hop-by-hop.ts';
import type { HeaderLine } from './model.ts';

/**
 * Headers that a route sets and removes. Configuration can never say who the caller is, where a request came from, or
 * where a message ends: those names are refused at load, in every spelling that an upstream could take for them, and
 * what is set goes on before what we say ourselves.
 */
export interface HeaderOperations {
  /** `set_request_headers`: takes the place of what came by that name. */
  readonly setRequest?: Readonly<Record<string, string>>;
  /** `remove_request_headers`. */
  readonly removeRequest?: readonly string[];
  /** `set_response_headers`. */
  readonly setResponse?: Readonly<Record<string, string>>;
}

/** Names in one of the lists. */
export const MAX_HEADER_OPERATIONS = 64;
/** Characters of a value. */
const MAX_VALUE = 4_096;

/** RFC 9110 section 5.6.2 without what some servers turn into another character. */
const NAME = /^[A-Za-z0-9-]{1,128}$/;

/** RFC 9110 section 5.5: one line of visible ASCII, no space around it. */
const VALUE = /^(?:[!-~](?:[\t -~]*[!-~])?)?$/;

/** What frames or directs a message, and what only we may say about a request. */
const REQUEST_TAKEN: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'x-real-ip',
  'x-request-id',
]);

const RESPONSE_TAKEN: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-encoding',
  'content-length',
  'set-cookie',
  'x-request-id',
]);

/** What is wrong; `claimHeaders`: {@link claimHeaderKeys} of all routes. */
export function headerOperationFaults(
  { setRequest = {}, removeRequest = [], setResponse = {} }: HeaderOperations,
  claimHeaders: ReadonlySet<string>,
): readonly Problem[] {
  const isTakenOfRequest = (key: string): boolean =>
    REQUEST_TAKEN.has(key) || key.startsWith('x-forwarded') || isIdentityHeader(key, claimHeaders);
  const isTakenOfResponse = (key: string): boolean => RESPONSE_TAKEN.has(key);
  const set = Object.keys(setRequest);
  return [
    ...namesFaults('set_request_headers', set, isTakenOfRequest),
    ...namesFaults('remove_request_headers', removeRequest, isTakenOfRequest),
    ...namesFaults('set_response_headers', Object.keys(setResponse), isTakenOfResponse),
    ...valuesFaults('set_request_headers', setRequest),
    ...valuesFaults('set_response_headers', setResponse),
    ...bothFaults(set, removeRequest),
  ];
}

function namesFaults(
  list: string,
  names: readonly string[],
  isTaken: (key: string) => boolean,
): readonly Problem[] {
  if (names.length > MAX_HEADER_OPERATIONS)
    return [{ path: [list], message: `expected at most ${MAX_HEADER_OPERATIONS} headers` }];
  const seen = new Set<string>();
  return names.flatMap((name, index): readonly Problem[] => {
    const path = list === 'remove_request_headers' ? [list, index] : [list, name];
    const key = headerKey(name);
    const again = seen.has(key);
    seen.add(key);
    if (!NAME.test(name)) return [{ path, message: 'expected a header name of letters, digits and "-"' }];
    if (isTaken(key)) return [{ path, message: 'this header has a meaning of its own' }];
    return again ? [{ path, message: 'expected each header once, whatever its case' }] : [];
  });
}

function valuesFaults(list: string, headers: Readonly<Record<string, string>>): readonly Problem[] {
  return Object.entries(headers)
    .filter(([, value]) => value.length > MAX_VALUE || !VALUE.test(value))
    .map(([name]) => ({
      path: [list, name],
      message: `expected one line of visible ASCII, ${MAX_VALUE} characters at most`,
    }));
}

/** Two instructions about one header, of which only one could be followed. */
function bothFaults(set: readonly string[], removed: readonly string[]): readonly Problem[] {
  const keys = new Set(set.map(headerKey));
  return removed.flatMap((name, index) =>
    keys.has(headerKey(name))
      ? [
          {
            path: ['remove_request_headers', index],
            message: 'excludes set_request_headers of the same name',
          },
        ]
      : [],
  );
}

/** Lines that came, without those that are removed or set, in any spelling; then what is set. */
export function operatedLines(
  lines: readonly HeaderLine[],
  set: Readonly<Record<string, string>> = {},
  removed: readonly string[] = [],
): readonly HeaderLine[] {
  const ours = Object.entries(set);
  if (ours.length === 0 && removed.length === 0) return lines;
  const gone = new Set([...Object.keys(set), ...removed].map(headerKey));
  return [...lines.filter(([name]) => !gone.has(headerKey(name))), ...ours];
}
