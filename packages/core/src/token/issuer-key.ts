/**
 * The name under which an issuer is found: its URL without one final slash. That is the only freedom: the registered
 * URL may differ from the discovered issuer by exactly it. Everything else is compared code point by code point, and
 * never normalised, since two spellings that one parser joins another keeps apart (threat 2).
 */
export function issuerKey(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
