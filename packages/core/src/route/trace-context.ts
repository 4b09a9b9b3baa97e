import { headerKey } from './header-key.ts';
import type { HeaderLine } from './model.ts';

/**
 * W3C Trace Context, as far as a proxy that makes up nothing has to read it: what is well-formed goes on as it came, and
 * what is not goes no further, because the next reader might read it in another way (section 4.3: a trace begins anew).
 */
export interface TraceContext {
  /** 32 hexadecimal digits, not all of them zero. */
  readonly traceId: string;
  /** The `traceparent`, well-formed: who in the trace comes before. */
  readonly parent: string;
  /** Which of {@link TRACE_HEADERS} go on as they came. */
  readonly passes: readonly string[];
  /** What is said in place of what came: names in lower case. Only somebody who records traces has something to say. */
  readonly sets: readonly HeaderLine[];
}

/** Keys of the headers. Whatever a request says in them is dropped unless {@link TraceContext.passes} names it. */
export const TRACE_HEADERS: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);

const BOTH: readonly string[] = [...TRACE_HEADERS];

/** Section 3.2: version, trace id, parent id, flags. A later version may add fields, each after a hyphen. */
const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-[\x21-\x7e]*)?$/;

/** Characters of a `traceparent`: of version 00 there are 55, and of later ones nobody knows. */
const MAX_PARENT = 256;

/** Entries of a `tracestate`, all its lines together (section 3.3). */
const MAX_ENTRIES = 32;

/** Characters of one: what a key and a value may have, and some space around them. */
const MAX_ENTRY = 544;

/** A key, perhaps of one tenant of many, and a value that does not end with a space. Empty entries are allowed. */
const ENTRY =
  /^[\t ]*(?:[a-z0-9][a-z0-9_\-*/]{0,255}(?:@[a-z0-9][a-z0-9_\-*/]{0,13})?=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e][\t ]*)?$/;

/** The trace that a request says it belongs to; `undefined` when it says none, or not well. */
export function traceContext(headers: readonly HeaderLine[]): TraceContext | undefined {
  let parent: string | undefined;
  let state: string | undefined;
  for (const [name, value] of headers) {
    // Both have few letters and are rarely there: the length tells most others apart without a look at their letters.
    if (name.length === 11 && headerKey(name) === 'traceparent') {
      // Which of two is meant nobody can say (section 3.2).
      if (parent !== undefined) return undefined;
      parent = value;
    } else if (name.length === 10 && headerKey(name) === 'tracestate') {
      state = state === undefined ? value : `${state},${value}`;
    }
  }
  const traceId = parent === undefined ? undefined : traceIdOf(parent);
  if (parent === undefined || traceId === undefined) return undefined;
  const hasState = state !== undefined && isState(state);
  return { traceId, parent, passes: hasState ? BOTH : ['traceparent'], sets: [] };
}

function traceIdOf(parent: string): string | undefined {
  if (parent.length > MAX_PARENT) return undefined;
  const [, version = '', traceId = '', parentId = '', more] = PARENT.exec(parent) ?? [];
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  return isZero(traceId) || isZero(parentId) ? undefined : traceId;
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** Two entries of one key are told apart by whoever reads them. */
function isState(text: string): boolean {
  const entries = text.split(',', MAX_ENTRIES + 1);
  return (
    entries.length <= MAX_ENTRIES && entries.every((entry) => entry.length <= MAX_ENTRY && ENTRY.test(entry))
  );
}
