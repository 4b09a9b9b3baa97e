/**
 * The Host header, strictly (RFC 9110 section 7.2, RFC 3986 section 3.2.2). Whatever has two readings (user
 * information, a trailing dot, `127.1`, an empty port) is no host: routes and organizations hang on it.
 */

export interface HostAndPort {
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  /** 1–65535; absent when none was written. */
  readonly port?: number;
}

/** Characters of the longest host name (RFC 1035 section 2.3.4). */
const MAX_HOST = 253;

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What nearly every host is: labels, the last of which begins like no number. */
const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;

/** What a Host header names, or `undefined` when it is not exactly `HOST` or `HOST:PORT`. */
export function parseHostHeader(value: string): HostAndPort | undefined {
  if (value.length > MAX_HOST + ':65535'.length) return undefined;
  const end = value.startsWith('[') ? value.indexOf(']') + 1 : hostEnd(value);
  const host = value.slice(0, end).toLowerCase();
  if (!isHost(host)) return undefined;
  if (end === value.length) return { host };
  const digits = value.slice(end + 1);
  const port = Number(digits);
  if (value[end] !== ':' || !PORT.test(digits) || port > 65_535) return undefined;
  return { host, port };
}

function hostEnd(value: string): number {
  const colon = value.indexOf(':');
  return colon === -1 ? value.length : colon;
}

function isHost(host: string): boolean {
  if (host.length > MAX_HOST) return false;
  if (NAME.test(host)) return true;
  if (host.startsWith('[')) return host.endsWith(']') && isIpv6(host.slice(1, -1));
  const labels = host.split('.');
  if (!labels.every((label) => LABEL.test(label))) return false;
  // A last label that is a number makes an address of the whole (WHATWG URL, host parsing): `127.1`, `0x7f.1`.
  const last = labels.at(-1) ?? '';
  return /^(?:[0-9]+|0x[0-9a-f]*)$/.test(last) ? isIpv4(labels) : true;
}

function isIpv4(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((label) => OCTET.test(label) && Number(label) <= 255);
}

/** RFC 4291 section 2.2 text without a zone: eight groups, or fewer around one `::`; the last two may be IPv4. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1) ?? '';
  // Only the very end may be dotted: in `1.2.3.4::` the address stands before the gap.
  const dotted = tail.includes('.') && halves.at(-1) !== '';
  if (dotted && !isIpv4(tail.split('.'))) return false;
  const plain = dotted ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  const count = plain.length + (dotted ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
