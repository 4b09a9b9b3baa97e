import { err, isObject, ok, type Json, type Problem, type Result } from '@countersign/core';

/**
 * The files that issuers name (`jwks_file`, `ca_file`): read where their paths stand, before anybody looks at the shape
 * of the file, so that the rest knows their content alone and what is wrong with it is found with everything else.
 */

/** Bytes of the longest key set or list of authorities; no issuer serves as much. */
export const MAX_NAMED_FILE = 262_144;

const KEYS = ['jwks_file', 'ca_file'] as const;

interface WithFiles {
  /** The document, every path in it replaced by the file's content. */
  readonly value: Json;
  readonly problems: readonly Problem[];
}

/** `read` takes the path as it is written. */
export function readNamedFiles(value: Json, read: (path: string) => Result<string, string>): WithFiles {
  const problems: Problem[] = [];
  const inIssuer = (issuer: Json, path: Problem['path']): Json => {
    if (!isObject(issuer)) return issuer;
    const contents = KEYS.flatMap((key) => {
      const named = Object.hasOwn(issuer, key) ? issuer[key] : undefined;
      if (typeof named !== 'string') return [];
      const content = bounded(read(named));
      if (!content.ok) problems.push({ path: [...path, key], message: content.error });
      return [[key, content.ok ? content.value : null] as const];
    });
    return contents.length === 0 ? issuer : { ...issuer, ...Object.fromEntries(contents) };
  };
  const replaced = mapList(value, 'organizations', [], (organization, path) =>
    mapList(organization, 'issuers', path, inIssuer),
  );
  return { value: replaced, problems };
}

function bounded(content: Result<string, string>): Result<string, string> {
  if (!content.ok) return err(`expected a file: ${content.error}`);
  return Buffer.byteLength(content.value) <= MAX_NAMED_FILE
    ? ok(content.value)
    : err(`expected a file of at most ${MAX_NAMED_FILE} bytes`);
}

/** The object with every entry of one of its lists replaced; anything of another shape is somebody else's to report. */
function mapList(
  value: Json,
  key: string,
  path: Problem['path'],
  replace: (entry: Json, path: Problem['path']) => Json,
): Json {
  const list = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (!isObject(value) || !Array.isArray(list)) return value;
  const entries = list as readonly Json[];
  return { ...value, [key]: entries.map((entry, index) => replace(entry, [...path, key, index])) };
}
