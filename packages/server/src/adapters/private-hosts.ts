import { BlockList, isIP } from 'node:net';
import type { AddressClass } from './special-purpose-address.ts';

/**
 * What `allow_private_issuers` opens: everything private, nothing, or a list of hosts, addresses and networks. It must
 * never open what no setting opens (metadata services, link-local), and encryption is left out on loopback alone.
 */
export type AllowPrivate = boolean | readonly string[];

/** Where a URL leads: the host as it is written, and what it has resolved to, unless a proxy resolves it. */
export interface Destination {
  readonly protocol: string;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly address?: string;
  readonly class: AddressClass;
}

export type MayReach = (to: Destination) => boolean;

/** The rule as a question. An entry that is neither an address nor a network is the exact name of a host. */
export function reachable(allow: AllowPrivate): MayReach {
  const isOpened = openedBy(allow);
  return (to) => {
    if (to.class === 'never') return false;
    // In the clear, whoever is on the way can replace the keys; on loopback nobody is.
    if (to.protocol !== 'https:') return to.class === 'loopback' && isOpened(to);
    return to.class === 'public' || isOpened(to);
  };
}

function openedBy(allow: AllowPrivate): MayReach {
  if (typeof allow === 'boolean') return () => allow;
  const networks = new BlockList();
  const names = new Set<string>();
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    if (family === 0) names.add(entry);
    // Throws for a prefix that is none: the configuration has refused it before.
    else networks.addSubnet(address, Number(bits ?? (family === 4 ? 32 : 128)), `ipv${family === 4 ? 4 : 6}`);
  }
  return ({ host, address }) => {
    if (names.has(host)) return true;
    const family = address === undefined ? 0 : isIP(address);
    return address !== undefined && family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}
