import { isIP } from 'node:net';
import { classifyAddress, type AddressClass } from './special-purpose-address.ts';

/**
 * What a host is for, by its name alone: all there is to see where a forward proxy resolves names for us. It must never
 * be used where the address can be had: anybody may give a private address a public name.
 */

/** Metadata services that are known by name; the proxy has to keep the rest closed. */
const METADATA = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
];

/** Last labels that no public name has: RFC 6762, RFC 8375, RFC 9476, ICANN's `internal`, and what networks use. */
const PRIVATE = /\.(?:local|internal|home\.arpa|alt|svc|lan|corp|home|intranet|private|localdomain)$/;

/** `host` in lower case, without brackets and final dot. */
export function classifyHost(host: string): AddressClass {
  if (isIP(host) !== 0) return classifyAddress(host);
  if (METADATA.includes(host)) return 'never';
  // RFC 6761 section 6.3
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  return host.includes('.') && !PRIVATE.test(host) ? 'public' : 'private';
}
