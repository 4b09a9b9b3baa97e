/**
 * Where a program listens for what its person brings back. What goes there opens a route until the session ends, so the
 * host is compared as a whole with what the file lists (CVE-2021-29651), on one reading of the URL: the one that is sent on.
 */

/** Characters. */
const MAX_LENGTH = 2048;

/** The URL as it will be followed; `undefined` when nobody has listed its host, or when two could read it differently. */
export function allowedRedirectUri(text: string, hosts: readonly string[]): string | undefined {
  // What browsers drop, turn, or take for something else (WHATWG URL section 4.4), and credentials, which hide the host.
  if (text.length > MAX_LENGTH || !/^https?:\/\/[a-z0-9.:[\]-]+(?:[/?][\x21-\x7e]*)?$/i.test(text))
    return undefined;
  if (/[\\#]/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  return isListed(url.hostname, hosts) ? url.href : undefined;
}

function isListed(hostname: string, hosts: readonly string[]): boolean {
  if (hosts.includes(hostname)) return true;
  return hosts.includes('localhost') && isLoopback(hostname);
}

/** As URLs write addresses, which is in one way each. */
function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
