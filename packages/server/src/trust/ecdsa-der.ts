/**
 * ECDSA signatures of JWS are `r ‖ s` of fixed length (RFC 7518 section 3.4); OpenSSL wants DER. Converted by hand
 * because Node's own `dsaEncoding: 'ieee-p1363'` needs the options form of the key, which runs at half speed.
 */

/**
 * `SEQUENCE { INTEGER r, INTEGER s }`, or `undefined` when the signature has not exactly two halves of `coordinate`
 * bytes or one half is zero: a zero satisfies careless verifiers for every message and key ("psychic signatures",
 * CVE-2022-21449).
 */
export function ecdsaSignatureToDer(signature: Uint8Array, coordinate: number): Uint8Array | undefined {
  if (signature.length !== 2 * coordinate) return undefined;
  const r = derInteger(signature.subarray(0, coordinate));
  const s = derInteger(signature.subarray(coordinate));
  if (!r || !s) return undefined;
  const length = r.length + s.length;
  // P-521 alone goes beyond the 127 bytes that one byte of length can say (X.690 section 8.1.3.5).
  const head = length < 0x80 ? [0x30, length] : [0x30, 0x81, length];
  const der = new Uint8Array(head.length + length);
  der.set(head, 0);
  der.set(r, head.length);
  der.set(s, head.length + r.length);
  return der;
}

/** A positive INTEGER without leading zeros; one zero byte in front where the number would read as negative. */
function derInteger(coordinate: Uint8Array): Uint8Array | undefined {
  let start = 0;
  while (coordinate[start] === 0) start += 1;
  const lead = coordinate[start];
  if (lead === undefined) return undefined;
  const pad = lead >= 0x80 ? 1 : 0;
  const length = pad + coordinate.length - start;
  const integer = new Uint8Array(2 + length);
  integer[0] = 0x02;
  integer[1] = length;
  integer.set(coordinate.subarray(start), 2 + pad);
  return integer;
}
