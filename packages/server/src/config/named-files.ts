import { err, isObject, ok, type Json, type Problem, type Result } from '@countersign/core';

/**
 * The files that keys name (`jwks_file`, `ca_file`, certificates): read where their paths stand, before anybody looks at
 * the shape of the file, so that the rest knows their content alone and what is wrong with it is found with everything
 * else.
 */

/** Bytes of the longest key set or list of authorities; no issuer serves as much. */
export const MAX_NAMED_FILE = 262_144;

/** Where files are named: the mapping that has the keys, `*` for every entry of a list, then the keys. */
const PLACES: readonly (readonly [place: readonly string[], keys: readonly string[]])[] = [
  [
    ['organizations', '*', 'issuers', '*'],
    ['jwks_file', 'ca_file'],
  ],
  [
    ['tls', 'certificates', '*'],
    ['cert', 'key'],
  ],
  [['tls'], ['client_ca']],
  [
    ['routes', '*'],
    ['tls_custom_ca_file', 'tls_client_cert_file', 'tls_client_key_file'],
  ],
];

interface WithFiles {
  /** The document, every path in it replaced by the file's content. */
  readonly value: Json;
  readonly problems: readonly Problem[];
}

/** `read` takes the path as it is written. */
export function readNamedFiles(value: Json, read: (path: string) => Result<string, string>): WithFiles {
  const problems: Problem[] = [];
  const inMapping = (keys: readonly string[], mapping: Json, path: Problem['path']): Json => {
    if (!isObject(mapping)) return mapping;
    const contents = keys.flatMap((key) => {
      const named = Object.hasOwn(mapping, key) ? mapping[key] : undefined;
      if (typeof named !== 'string') return [];
      const content = bounded(read(named));
      if (!content.ok) problems.push({ path: [...path, key], message: content.error });
      return [[key, content.ok ? content.value : null] as const];
    });
    return contents.length === 0 ? mapping : { ...mapping, ...Object.fromEntries(contents) };
  };
  let replaced = value;
  for (const [place, keys] of PLACES)
    replaced = mapAt(replaced, place, [], (mapping, path) => inMapping(keys, mapping, path));
  return { value: replaced, problems };
}

function bounded(content: Result<string, string>): Result<string, string> {
  if (!content.ok) return err(`expected a file: ${content.error}`);
  return Buffer.byteLength(content.value) <= MAX_NAMED_FILE
    ? ok(content.value)
    : err(`expected a file of at most ${MAX_NAMED_FILE} bytes`);
}

/** The document with what stands at a place replaced; anything of another shape is somebody else's to report. */
function mapAt(
  value: Json,
  [step, ...rest]: readonly string[],
  path: Problem['path'],
  replace: (value: Json, path: Problem['path']) => Json,
): Json {
  if (step === undefined) return replace(value, path);
  if (step === '*') {
    if (!Array.isArray(value)) return value;
    return (value as readonly Json[]).map((entry, index) => mapAt(entry, rest, [...path, index], replace));
  }
  const found = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  if (!isObject(value) || found === undefined) return value;
  return { ...value, [step]: mapAt(found, rest, [...path, step], replace) };
}
