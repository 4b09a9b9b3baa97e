import { BlockList, isIP } from 'node:net';
import { parseHostHeader } from '@countersign/core';
import * as z from 'zod';
import { isLoopbackHost } from './address.ts';
import { networkSet, parseNetwork } from './network.ts';

/** `allow_private_issuers`: which of the addresses that the outside must not reach are open to issuers. */

/** What no setting opens: link-local addresses, and the metadata services of clouds among them. */
const CLOSED: readonly (readonly [network: string, bits: number, family: 'ipv4' | 'ipv6'])[] = [
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
];

const closed = new BlockList();
for (const [network, bits, family] of CLOSED) closed.addSubnet(network, bits, family);

const opened = z
  .string()
  .superRefine((text, context) => {
    const message = entryFault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .transform((text) => text.toLowerCase());

function entryFault(text: string): string | undefined {
  const range = parseNetwork(text);
  if (range) {
    return closed.check(range.address, range.family)
      ? 'stays closed: link-local addresses hold metadata services'
      : undefined;
  }
  const host = parseHostHeader(text);
  if (host !== undefined && host.port === undefined && !text.startsWith('[')) return undefined;
  return 'expected a host such as idp.internal, an address, or a network such as 10.0.0.0/8';
}

/** More than any network has that issuers live in. */
const MAX_ENTRIES = 256;

export const allowPrivateIssuers = z.union(
  [
    z.boolean(),
    z
      .array(opened)
      .min(1, 'expected at least one host or network; false opens nothing')
      .max(MAX_ENTRIES, `expected at most ${MAX_ENTRIES} hosts and networks`),
  ],
  { error: 'expected true, false, or a list of hosts and networks' },
);

/** Whether issuers may be at this host of this machine, and so be asked without TLS. `host` as URL gives it. */
export function opensLoopback(allowed: boolean | readonly string[], host: string): boolean {
  if (!isLoopbackHost(host)) return false;
  if (typeof allowed === 'boolean') return allowed;
  const address = host.replace(/^\[|\]$/g, '');
  // A name of this machine stands for both of its addresses (RFC 6761 section 6.3).
  const addresses = isIP(address) === 0 ? ['127.0.0.1', '::1'] : [address];
  return allowed.includes(address) || addresses.some(networkSet(allowed));
}
