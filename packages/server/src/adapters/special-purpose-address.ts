import { isIP } from 'node:net';

/**
 * What an IP address is for, as far as fetching goes: the guard against server-side request forgery. A name that
 * somebody else controls may resolve to our own host, to the internal network or to the metadata service of a cloud.
 * What is not known to be public is not public: it must never guess.
 */

/**
 * `public`: anybody's. `loopback` and `private`: ours, opened by `allow_private_issuers`. `never`: not opened by
 * anything (metadata services, link-local, multicast, documentation, tunnels that hide another address, reserved).
 */
export type AddressClass = 'public' | 'loopback' | 'private' | 'never';

/** Classifies a literal IPv4 or IPv6 address as the resolver gives it; anything else is `never`. */
export function classifyAddress(address: string): AddressClass {
  const family = isIP(address);
  // A zone (`fe80::1%eth0`) is link-local by nature and would need stripping.
  if (family === 0 || address.includes('%')) return 'never';
  return family === 4 ? classifyV4(v4Value(address)) : classifyV6(v6Value(address));
}

/** An address may carry another one: `embedded` is what it carries, `embedded-public` only where that is public. */
type Meaning = AddressClass | 'embedded' | 'embedded-public';
type Range<M> = readonly [value: bigint, prefix: number, meaning: M];

function classifyV4(value: bigint): AddressClass {
  return meaningOf(V4, 32, value) ?? 'public';
}

function classifyV6(value: bigint): AddressClass {
  const meaning = meaningOf(V6, 128, value) ?? 'never';
  if (meaning !== 'embedded' && meaning !== 'embedded-public') return meaning;
  const carried = classifyV4(value & 0xffff_ffffn);
  return meaning === 'embedded' || carried === 'public' ? carried : 'never';
}

function meaningOf<M>(ranges: readonly Range<M>[], bits: number, value: bigint): M | undefined {
  const inside = ([base, prefix]: Range<M>) => (value ^ base) >> BigInt(bits - prefix) === 0n;
  return ranges.find(inside)?.[2];
}

function v4Value(address: string): bigint {
  return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** `address` has passed `isIP`, so there is at most one `::`, and a dotted tail only at the end. */
function v6Value(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const before = v6Groups(head);
  const after = tail === undefined ? [] : v6Groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

function v6Groups(text: string): bigint[] {
  return text
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => {
      if (!group.includes('.')) return [BigInt(`0x${group}`)];
      const v4 = v4Value(group);
      return [v4 >> 16n, v4 & 0xffffn];
    });
}

function range<M extends Meaning>(cidr: string, meaning: M): Range<M> {
  const [address = '', prefix = ''] = cidr.split('/');
  return [address.includes(':') ? v6Value(address) : v4Value(address), Number(prefix), meaning];
}

/**
 * IANA IPv4 Special-Purpose Address Registry (RFC 6890), narrow before wide: the first that holds counts. Ranges that
 * the registry calls globally reachable (anycast services) are refused as well: no issuer lives there.
 */
const V4: readonly Range<AddressClass>[] = [
  range('100.100.100.200/32', 'never'), // metadata, Alibaba Cloud, inside shared address space
  range('168.63.129.16/32', 'never'), // platform service of Azure, a public address
  range('0.0.0.0/8', 'never'), // "this network"; 0.0.0.0 reaches the local host
  range('10.0.0.0/8', 'private'), // RFC 1918
  range('100.64.0.0/10', 'private'), // shared address space, RFC 6598
  range('127.0.0.0/8', 'loopback'), // RFC 1122
  range('169.254.0.0/16', 'never'), // link-local, RFC 3927: home of 169.254.169.254 and its like
  range('172.16.0.0/12', 'private'), // RFC 1918
  range('192.0.0.0/24', 'never'), // IETF protocol assignments, RFC 6890; 192.0.0.192 is metadata at Oracle
  range('192.0.2.0/24', 'never'), // documentation, RFC 5737
  range('192.31.196.0/24', 'never'), // AS112, RFC 7535
  range('192.52.193.0/24', 'never'), // AMT, RFC 7450
  range('192.88.99.0/24', 'never'), // 6to4 relay anycast, RFC 7526
  range('192.168.0.0/16', 'private'), // RFC 1918
  range('192.175.48.0/24', 'never'), // AS112, RFC 7534
  range('198.18.0.0/15', 'never'), // benchmarking, RFC 2544
  range('198.51.100.0/24', 'never'), // documentation, RFC 5737
  range('203.0.113.0/24', 'never'), // documentation, RFC 5737
  range('224.0.0.0/4', 'never'), // multicast, RFC 5771
  range('240.0.0.0/4', 'never'), // reserved and broadcast, RFC 1112
];

/** IANA IPv6 Special-Purpose Address Registry. Outside 2000::/3 nothing is global unicast (RFC 4291 section 2.4). */
const V6: readonly Range<Meaning>[] = [
  range('::1/128', 'loopback'),
  range('::ffff:0:0/96', 'embedded'), // IPv4-mapped: is what it maps to
  range('64:ff9b::/96', 'embedded-public'), // NAT64, RFC 6052: must carry global IPv4 addresses only
  range('fd00:ec2::/32', 'never'), // metadata and pod identity at AWS, inside unique local
  range('fd20:ce::/32', 'never'), // metadata at Google Cloud, inside unique local
  range('fc00::/7', 'private'), // unique local, RFC 4193
  range('2001::/23', 'never'), // IETF protocol assignments: Teredo, ORCHID, benchmarking, RFC 2928
  range('2001:db8::/32', 'never'), // documentation, RFC 3849
  range('2002::/16', 'never'), // 6to4 hides an IPv4 address, RFC 3056
  range('2620:4f:8000::/48', 'never'), // AS112, RFC 7534
  range('3fff::/20', 'never'), // documentation, RFC 9637
  range('2000::/3', 'public'),
];
