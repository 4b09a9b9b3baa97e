import type { X509Certificate } from 'node:crypto';

/**
 * The subject alternative names of a certificate (RFC 5280 section 4.2.1.6), from the one line in which node writes
 * them. A line that cannot be read to its end has no names: whoever can put a comma into one name must not get two.
 */
export interface AlternativeNames {
  /** Lower case. */
  readonly dns: readonly string[];
  /** Lower case. */
  readonly email: readonly string[];
  readonly uri: readonly string[];
}

/** Names of one certificate; those of shared hosting have a hundred. */
export const MAX_NAMES = 250;

/** Node writes a name that holds anything else than plain characters as a JSON string. */
const ENTRY =
  /(DNS|email|URI|IP Address|DirName|othername|Registered ID):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/** `undefined` when there are more than {@link MAX_NAMES}, or the line cannot be read. */
export function alternativeNames({ subjectAltName = '' }: X509Certificate): AlternativeNames | undefined {
  const names = { DNS: [] as string[], email: [] as string[], URI: [] as string[] };
  let at = 0;
  for (let count = 0; at < subjectAltName.length; count += 1) {
    ENTRY.lastIndex = at;
    const [entry, kind, written = ''] = ENTRY.exec(subjectAltName) ?? [];
    if (entry === undefined || count === MAX_NAMES) return undefined;
    at += entry.length;
    if (kind !== 'DNS' && kind !== 'email' && kind !== 'URI') continue;
    const name = written.startsWith('"') ? unquoted(written) : written;
    if (name === undefined) return undefined;
    names[kind].push(kind === 'URI' ? name : name.toLowerCase());
  }
  return { dns: names.DNS, email: names.email, uri: names.URI };
}

function unquoted(written: string): string | undefined {
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined;
  }
}
