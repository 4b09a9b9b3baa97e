/**
 * Our session cookie, and those of sign-ins under way, among the cookies of others. The upstream must neither see them nor
 * set them. `name` is the plain one; the prefixed forms are ours too, and case is ignored, which costs nobody anything.
 */

/** A Cookie header without our session, in everything else as it came; `undefined` when nothing is left. */
export function withoutSessionCookie(header: string, name: string): string | undefined {
  const pairs = header.split(';');
  const kept = pairs.filter((pair) => !isSessionCookie(cookieName(pair), name));
  if (kept.length === pairs.length) return header;
  const text = kept.join(';').trim();
  return text === '' ? undefined : text;
}

/** Whether a Set-Cookie header would write our session cookie. */
export function setsSessionCookie(header: string, name: string): boolean {
  const end = header.indexOf(';');
  return isSessionCookie(cookieName(end === -1 ? header : header.slice(0, end)), name);
}

/**
 * The name that a receiver would read. A pair without a name (`=NAME=VALUE`) is sent back as `NAME=VALUE`, which is
 * how a cookie of a name that nobody may set is set all the same.
 */
function cookieName(pair: string): string {
  const text = pair.replace(/^[=\s]+/, '');
  const end = text.indexOf('=');
  return (end === -1 ? text : text.slice(0, end)).trim().toLowerCase();
}

function isSessionCookie(candidate: string, name: string): boolean {
  const plain = name.toLowerCase();
  const written = candidate.replace(/^__(?:host|secure)-/, '');
  // Behind the name: what a sign-in under way keeps (`_s_`), and what binds it to a browser (`_n_`).
  return written === plain || written.startsWith(`${plain}_s_`) || written.startsWith(`${plain}_n_`);
}
