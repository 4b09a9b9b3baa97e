import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '@countersign/core';

/**
 * Variables of the configuration: `${NAME}`, `${NAME:-default}` and `${file:PATH}`. What comes out is text, never
 * YAML: a variable cannot add a key, and what it brings is not looked at for further variables.
 */

/** Where values come from; arguments, so that nothing here touches the world. */
export interface Sources {
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The content of a file, by absolute path; the error is for a person and holds no content. */
  readonly readFile: (path: string) => Result<string, string>;
}

export interface Interpolator {
  /** The text with every variable in place. The error says what is expected and repeats no value. */
  readonly substitute: (text: string) => Result<string, string>;
  /** Everything that came from outside so far: what messages must not repeat. */
  readonly brought: ReadonlySet<string>;
}

const VARIABLE = /\$\{(?:file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?)\}/g;

/** Relative paths are relative to `configFile`. */
export function createInterpolator(configFile: string, sources: Sources): Interpolator {
  const brought = new Set<string>();
  const directory = dirname(configFile);
  return { brought, substitute: (text) => substitute(text, directory, sources, brought) };
}

function substitute(
  text: string,
  directory: string,
  sources: Sources,
  brought: Set<string>,
): Result<string, string> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const between = text.slice(end, match.index);
    if (between.includes('${')) return err(MALFORMED);
    const [whole, path, name = '', fallback] = match;
    const value =
      path === undefined ? variable(name, fallback, sources) : file(resolve(directory, path), sources);
    if (!value.ok) return value;
    // A default stands in the file for all to read; only what came from outside is kept out of messages.
    if (value.value !== fallback) brought.add(value.value);
    result += between + value.value;
    end = match.index + whole.length;
  }
  const rest = text.slice(end);
  return rest.includes('${') ? err(MALFORMED) : ok(result + rest);
}

const MALFORMED = 'expected ${NAME}, ${NAME:-default} or ${file:PATH}';

/** As in a shell, `:-` also stands in for a variable that is empty. */
function variable(name: string, fallback: string | undefined, { env }: Sources): Result<string, string> {
  // Own variables only: `${toString}` is not set, whatever the object inherits.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback !== undefined && (value === undefined || value === '')) return ok(fallback);
  return value === undefined ? err(`expected the environment variable ${name}, which is not set`) : ok(value);
}

function file(path: string, { readFile }: Sources): Result<string, string> {
  const content = readFile(path);
  return content.ok ? ok(content.value.trim()) : err(`expected a file at ${path}: ${content.error}`);
}
