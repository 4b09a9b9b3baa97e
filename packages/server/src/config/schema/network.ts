import { BlockList, isIP } from 'node:net';

/** Networks as the file writes them: `ADDRESS/BITS` (CIDR, RFC 4632 section 3.1), or an address alone. */
export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

export function parseNetwork(text: string): Network | undefined {
  const [, address = '', digits] = /^([0-9A-Fa-f.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const bits = digits === undefined ? most : Number(digits);
  return bits <= most ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}

/** Whether an address is in one of the networks. What is no address, or has a zone, is in none. */
export type Holds = (address: string) => boolean;

export function networkSet(networks: readonly string[]): Holds {
  // Asked of every request, and most configurations trust nobody.
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const { address, bits, family } of networks.map(parseNetwork).filter((each) => each !== undefined)) {
    list.addSubnet(address, bits, family);
  }
  return (address) => {
    const version = address.includes('%') ? 0 : isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
