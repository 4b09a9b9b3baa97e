import { err, ok, type Claims, type Result } from '@countersign/core';
import { parseBoundedObject } from './bounded-json.ts';
import { SUBJECT_ALGORITHMS, type SubjectAlgorithm } from './port.ts';

/**
 * The compact serialization of a signed JWT (RFC 7515 section 7.1, RFC 7519), parsed strictly and believed in
 * nothing: who calls this knows the syntax of a token, not its truth. Refused here, before any key is looked up:
 * `none`, HMAC and every other algorithm off the list; JWE and JSON serialization; `crit` and `b64`; foreign `typ`;
 * base64url that has a second spelling. `jwk`, `jku`, `x5u` and `x5c` are carried along and never used as a key.
 */
export interface UnverifiedJws {
  readonly alg: SubjectAlgorithm;
  /** A map key, nothing else: never a path, a URL or part of a query. */
  readonly kid?: string;
  readonly header: Claims;
  /** UNVERIFIED. Good for finding out which issuer to ask, and for nothing else. */
  readonly claims: Claims;
  /** What was signed: `header.payload` as bytes. */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

const BOUNDS = { depth: 16, members: 512 } as const;
const MAX_KID = 256;

/**
 * Parses a compact JWS of at most `maxBytes`. There is one failure on purpose: before the signature, syntax only.
 * `type`: the one `typ` besides a plain JWT's that is taken, in lower case.
 */
export function parseCompactJws(
  token: string,
  maxBytes: number,
  type?: 'logout+jwt',
): Result<UnverifiedJws, 'token.malformed'> {
  if (token.length > maxBytes) return MALFORMED;
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  // Not `split`: a token of nothing but dots must not become an array of them. The third part is all the rest, so a
  // further dot (a JWE has four) makes it no base64url.
  if (first < 0 || second < 0) return MALFORMED;

  const header = parseHeader(token.slice(0, first));
  const payload = decodeBase64Url(token.slice(first + 1, second));
  const signature = decodeBase64Url(token.slice(second + 1));
  if (!header || !payload || !signature) return MALFORMED;
  // Not with the rest of the header, which is remembered: what one use takes the next must not find taken.
  if (!isOfType(header.header, type)) return MALFORMED;
  const claims = parseBoundedObject(payload, BOUNDS);
  if (!claims) return MALFORMED;
  return ok({ ...header, claims, signingInput: Buffer.from(token.slice(0, second), 'latin1'), signature });
}

const MALFORMED = err('token.malformed' as const);

type Header = Pick<UnverifiedJws, 'alg' | 'kid' | 'header'>;

/**
 * Parsed headers by their raw text: an issuer sends the same one until it rotates its key. Parsing is pure, so the
 * memory is invisible; it is bounded in entries and in the size of each, since anybody may send headers.
 */
const parsedHeaders = new Map<string, Header>();
const MAX_HEADERS = 256;
const MAX_REMEMBERED_HEADER = 512;

function parseHeader(text: string): Header | undefined {
  const known = parsedHeaders.get(text);
  if (known) return known;
  const bytes = decodeBase64Url(text);
  const document = bytes && parseBoundedObject(bytes, BOUNDS);
  const header = document && acceptableHeader(document);
  if (bytes && header && text.length <= MAX_REMEMBERED_HEADER) {
    if (parsedHeaders.size >= MAX_HEADERS) parsedHeaders.clear();
    // Encoded anew: a slice would keep the whole token, a secret, alive in memory.
    parsedHeaders.set(bytes.toString('base64url'), header);
  }
  return header;
}

/** RFC 8725 section 3.1: the algorithm is one of ours, by its exact name, or the token is none. */
function acceptableHeader(header: Claims): Header | undefined {
  const alg = SUBJECT_ALGORITHMS.find((algorithm) => algorithm === header['alg']);
  if (alg === undefined) return undefined;
  // `crit` names extensions that must be understood; we understand none (RFC 7515 section 4.1.11). `b64` is one (RFC 7797).
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return undefined;
  if (!Object.hasOwn(header, 'kid')) return { alg, header };
  const kid = header['kid'];
  return typeof kid === 'string' && kid.length <= MAX_KID ? { alg, kid, header } : undefined;
}

/**
 * RFC 8725 section 3.11: a typed token (`at+jwt`, `logout+jwt`, `dpop+jwt`) was made for another
 * use and is no subject token, even from an issuer we trust. Identity tokens say `JWT` or nothing; the name is a media
 * type, hence without case and with or without `application/` (RFC 7515 section 4.1.9).
 */
function isOfType(header: Claims, type?: string): boolean {
  if (!Object.hasOwn(header, 'typ')) return true;
  const { typ } = header;
  const name = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
  return name === 'jwt' || (name !== undefined && name === type);
}

/**
 * Strict base64url (RFC 7515 section 2): Node skips what it cannot read, so the bytes must encode to the very same
 * text: no padding, no whitespace, no `+` or `/`, no stray bits at the end. Otherwise one token has many spellings,
 * and a replay mark that hashes it sees as many tokens. Empty is refused too.
 */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}
