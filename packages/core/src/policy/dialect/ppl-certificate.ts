import { isObject, type Json } from '../../claims.ts';
import type { Expression, Matcher, Test } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { checked, refuse, type Path } from './claim-test.ts';
import { ofRequest, operatorsOf, type Place, type PplCriterion } from './ppl-criterion.ts';
import { FOLDED_TEXT, readOperators, TEXT, type OperatorFamily } from './ppl-operators.ts';

/**
 * `client_certificate`: holds when the client showed a verified certificate, and all that is written holds of it. A
 * caller without one never satisfies it, not even a negation: "not that name" is no certificate.
 */

const HASHES = {
  fingerprint: { read: fingerprintOf, expected: 'the SHA-256 of a certificate in hexadecimal' },
  spki_hash: { read: spkiHashOf, expected: 'the SHA-256 of a public key in base64' },
} as const;

type HashName = keyof typeof HASHES;

/** RFC 5280 section 4.2.1.6: names and mail domains in capitals or not, URIs as they are. */
const NAMES: Readonly<Record<string, OperatorFamily>> = {
  san_dns: FOLDED_TEXT,
  san_email: FOLDED_TEXT,
  san_uri: TEXT,
};

const KEYS = [...Object.keys(HASHES), ...Object.keys(NAMES)];

export const CLIENT_CERTIFICATE: PplCriterion = {
  name: 'client_certificate',
  operators: [
    ...Object.keys(HASHES),
    ...Object.entries(NAMES).flatMap(([name, family]) =>
      operatorsOf(family).map((operator) => [name, operator].filter((part) => part !== '').join('.')),
    ),
  ],
  needs: 'client_certificate',
  read: readCertificate,
};

function readCertificate(data: Json, { path, problems }: Place): Expression | undefined {
  if (!isObject(data) || Object.keys(data).length === 0)
    return refuse(problems, path, `expected an object with ${KEYS.join(', ')}, got ${kindOf(data)}`);
  const tests = Object.entries(data).flatMap(([key, value]) => readKey(key, value, [...path, key], problems));
  return { op: 'and', of: [shown(), ...tests] };
}

function readKey(key: string, value: Json, path: Path, problems: Place['problems']): readonly Test[] {
  const family = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  if (family !== undefined) return readName(key, family, value, path, problems);
  if (isHash(key)) return readHashes(key, value, path, problems);
  refuse(problems, path, `unknown operator ${quote(key)}${suggestion(key, KEYS)}`);
  return [];
}

function isHash(key: string): key is HashName {
  return Object.hasOwn(HASHES, key);
}

function shown(): Test {
  return about('fingerprint', { kind: 'present', value: true });
}

function about(key: string, matcher: Matcher): Test {
  return ofRequest('client_certificate', ['client_certificate', key], matcher);
}

/** A certificate has many names: one of them suffices, and of a negation none may be that name. */
function readName(
  key: string,
  family: OperatorFamily,
  value: Json,
  path: Path,
  problems: Place['problems'],
): readonly Test[] {
  return readOperators(family, value, path, problems).map(({ matcher, negated }) => {
    const some: Matcher = { kind: 'element', of: matcher };
    return about(key, negated ? { kind: 'not', of: some } : some);
  });
}

function readHashes(key: HashName, value: Json, path: Path, problems: Place['problems']): readonly Test[] {
  const { read, expected } = HASHES[key];
  const written: readonly Json[] = Array.isArray(value) ? value : [value];
  const values = written.flatMap((text) => (typeof text === 'string' ? (read(text) ?? []) : []));
  if (values.length !== written.length) {
    refuse(problems, path, `expected ${expected}, or a list of them`);
    return [];
  }
  const matcher = checked({ kind: 'one_of', values }, path, problems);
  return matcher === undefined ? [] : [about(key, matcher)];
}

/** With colons and in capitals, as some tools print it, or without. */
function fingerprintOf(text: string): string | undefined {
  const digits = text.replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

function spkiHashOf(text: string): string | undefined {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined;
}
