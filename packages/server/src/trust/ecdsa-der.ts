/**
 * ECDSA signatures of JWS are `r ‖ s` of fixed length (RFC 7518 section 3.4); OpenSSL wants DER. Converted by hand
 * because Node's own `dsaEncoding: 'ieee-p1363'` needs the options form of the key, which runs at half speed.
 */

/** Bytes of one coordinate on P-256. */
const COORDINATE = 32;

/**
 * `SEQUENCE { INTEGER r, INTEGER s }`, or `undefined` when the signature has not exactly 64 bytes or one half is
 * zero: a zero satisfies careless verifiers for every message and key ("psychic signatures", CVE-2022-21449).
 */
export function ecdsaSignatureToDer(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== 2 * COORDINATE) return undefined;
  const r = derInteger(signature.subarray(0, COORDINATE));
  const s = derInteger(signature.subarray(COORDINATE));
  if (!r || !s) return undefined;
  const der = new Uint8Array(2 + r.length + s.length);
  // At most 2 × 35 bytes follow, so that one byte of length always does.
  der[0] = 0x30;
  der[1] = r.length + s.length;
  der.set(r, 2);
  der.set(s, 2 + r.length);
  return der;
}

/** A positive INTEGER without leading zeros; one zero byte in front where the number would read as negative. */
function derInteger(coordinate: Uint8Array): Uint8Array | undefined {
  let start = 0;
  while (coordinate[start] === 0) start += 1;
  const lead = coordinate[start];
  if (lead === undefined) return undefined;
  const pad = lead >= 0x80 ? 1 : 0;
  const integer = new Uint8Array(2 + pad + COORDINATE - start);
  integer[0] = 0x02;
  integer[1] = pad + COORDINATE - start;
  integer.set(coordinate.subarray(start), 2 + pad);
  return integer;
}
