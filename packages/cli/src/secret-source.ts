import { err, hasOpaqueForm, ok, type Result } from '@countersign/core';
import type { Deps } from './deps.ts';
import { usage, type CliFailure } from './errors.ts';
import { readNamedFile } from './named-file.ts';

/** Where a token comes from. Never a flag's own value: command lines are visible to every process of a machine. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'variable'; readonly name: string };

/** `FILE` or `-`. */
export function fileSource(flag: string): SecretSource {
  return flag === '-' ? { kind: 'stdin' } : { kind: 'file', path: flag };
}

/** Bytes. No server takes a token this long; the limit keeps a wrong file from being read whole. */
const SECRET_LIMIT = 64 * 1024;

/** The token, without the line end that editors and `echo` leave. */
export async function readSecret(source: SecretSource, deps: Deps): Promise<Result<string, CliFailure>> {
  const read = await readSource(source, deps);
  if (!read.ok) return read;
  const secret = read.value.trim();
  if (secret === '') return err({ kind: 'no_credential', message: `${nameOf(source)} is empty.` });
  // A header is one line of visible ASCII: whatever else this is, it is no token, and must not reach a header.
  if (!/^[\x21-\x7e]+$/.test(secret)) return err(usage(`${nameOf(source)} does not hold a single token.`));
  return ok(secret);
}

async function readSource(source: SecretSource, deps: Deps): Promise<Result<string, CliFailure>> {
  switch (source.kind) {
    case 'variable':
      return ok(deps.env[source.name] ?? '');
    case 'stdin': {
      const text = await deps.readStdin(SECRET_LIMIT);
      return text === undefined ? err(usage('standard input is too long for a token.')) : ok(text);
    }
    case 'file':
      // Not even looked for: an error would repeat a token that was given in place of a file, into the log of a CI job.
      if (isToken(source.path)) return err(tokenForFile);
      return readNamedFile(source.path, SECRET_LIMIT, deps);
  }
}

/** Of either form: an opaque one of ours, or a header in base64url (`{"`) and what follows its dot. */
function isToken(path: string): boolean {
  return (hasOpaqueForm(path) && /^\w{42}$/.test(path)) || /^eyJ[\w-]*\.[\w-]+/.test(path);
}

const tokenForFile = usage(
  'this is a token, and the name of a file is wanted.',
  'Every process of a machine can read command lines: give a file that holds it, or - and pipe it in.',
);

function nameOf(source: SecretSource): string {
  switch (source.kind) {
    case 'variable':
      return source.name;
    case 'stdin':
      return 'standard input';
    case 'file':
      return source.path;
  }
}
