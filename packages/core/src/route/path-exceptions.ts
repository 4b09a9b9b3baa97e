import { decodeUnreserved } from './canonical-path.ts';

/**
 * What a route may open with `path_exceptions`: paths that some upstreams read otherwise than they are written (GitLab's
 * `/projects/group%2Fname`). Such a path is matched and forwarded as it came; but however often it is decoded, it must
 * hold no dot segment and no control character, and every reading of it must belong to the route that was asked.
 */
export const PATH_EXCEPTIONS = [
  'encoded_slash',
  'encoded_percent',
  'encoded_backslash',
  'double_slash',
  'semicolon',
] as const;

export type PathException = (typeof PATH_EXCEPTIONS)[number];

const FORMS: Readonly<Record<PathException, RegExp>> = {
  encoded_slash: /%2f/i,
  encoded_percent: /%25/,
  encoded_backslash: /%5c/i,
  double_slash: /\/\//,
  semicolon: /;|%3b/i,
};

/** A path with two readings. */
export interface AmbiguousPath {
  /** As it is matched and forwarded: as it came, but for escapes that change nothing. */
  readonly path: string;
  /** The exceptions that it needs. */
  readonly needs: readonly PathException[];
  /** What an upstream may take it for; canonical paths. */
  readonly readings: readonly string[];
}

/** Layers of encoding; what has more is nobody's file name. */
const MAX_LAYERS = 4;

/** C0, DEL and C1 controls, and NUL, encoded; a raw backslash no exception opens. */
const NEVER = /\\|%(?:[01][0-9a-f]|7f|c2%[89][0-9a-f])/i;

const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/** Reads a path that is not canonical; `undefined` when no exception could open it. */
export function readAmbiguous(raw: string): AmbiguousPath | undefined {
  const path = NEVER.test(raw) ? undefined : decodeUnreserved(raw);
  const readings = path === undefined ? undefined : readingsOf(path);
  if (path === undefined || readings === undefined) return undefined;
  return { path, needs: PATH_EXCEPTIONS.filter((exception) => FORMS[exception].test(path)), readings };
}

/** The path, once more decoded and taken apart until nothing changes. */
function readingsOf(path: string): readonly string[] | undefined {
  const readings = new Set<string>();
  let layer = path;
  for (let count = 0; count <= MAX_LAYERS; count += 1) {
    const plain = flattened(layer);
    if (DOT_SEGMENT.test(layer.replaceAll(/;[^/]*/g, '')) || DOT_SEGMENT.test(plain)) return undefined;
    readings.add(plain);
    const next = onceDecoded(layer);
    if (next === layer) return [...readings];
    const decoded = NEVER.test(next) ? undefined : decodeUnreserved(next);
    if (decoded === undefined) return undefined;
    layer = decoded;
  }
  return undefined;
}

/**
 * One layer of what {@link FORMS} names; a backslash is a slash to whoever decodes one. `%25` that hides no escape is a
 * percent sign in a name (`100%25.txt`), and stays.
 */
function onceDecoded(path: string): string {
  return path.replace(
    /%(2f|5c|3b|25(?=[0-9a-f]{2}))/gi,
    (_, code: string) => DECODED[code.toLowerCase()] ?? '',
  );
}

const DECODED: Readonly<Record<string, string>> = { '2f': '/', '5c': '/', '3b': ';', '25': '%' };

/** Without path parameters (`;` to Java) and with slashes merged, as an upstream may have it. */
function flattened(path: string): string {
  return path.replaceAll(/;[^/]*/g, '').replaceAll(/\/{2,}/g, '/');
}
