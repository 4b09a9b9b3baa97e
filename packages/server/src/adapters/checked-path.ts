import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { err, ok, type Result } from '@countersign/core';
import { parseProxyUrl, type ForwardProxy } from './forward-proxy.ts';
import { reachable, type AllowPrivate, type MayReach } from './private-hosts.ts';
import { classifyAddress, type AddressClass } from './special-purpose-address.ts';
import { classifyHost } from './special-purpose-name.ts';

/**
 * Finds a way to a host and checks it, before anything is connected to: a name is resolved once, and every address
 * that it has must be allowed. It must never choose among them: a name with one good and one bad address is an attack.
 */
export interface Path {
  /** Lower case, without brackets and final dot. */
  readonly host: string;
  /** Checked; the connection goes to one of these and asks no resolver again. Empty with a proxy. */
  readonly addresses: readonly ResolvedAddress[];
  readonly proxy?: ForwardProxy;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface CheckedAddress {
  /** The host itself where a proxy resolves. */
  readonly address: string;
  readonly class: AddressClass;
  readonly allowed: boolean;
}

export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface PathOptions {
  /** Opens loopback and private addresses, and `http:` on loopback. Metadata services stay closed. */
  readonly allowPrivate: AllowPrivate;
  /** URL of a forward proxy: then it resolves names, and hosts are checked instead of addresses. */
  readonly proxy?: string;
  readonly resolve?: Resolve;
}

export type PathFailure = 'name' | 'address' | 'proxy' | 'time';

export type FindPath = (
  url: URL,
  signal: AbortSignal,
  onChecked: (addresses: readonly CheckedAddress[]) => void,
) => Promise<Result<Path, PathFailure>>;

const MAX_ADDRESSES = 32;

export function pathFinder(options: PathOptions): FindPath {
  const mayReach = reachable(options.allowPrivate);
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true, verbatim: true }));
  if (options.proxy !== undefined) return byProxy(mayReach, parseProxyUrl(options.proxy));
  return async (url, signal, onChecked) => {
    const host = hostOf(url);
    if (host === undefined) return err('name');
    const addresses = await withinTime(resolveHost(host, resolve), signal);
    if (!addresses.ok) return addresses;
    const checked = addresses.value.map(({ address }): CheckedAddress => {
      const found = classifyAddress(address);
      return {
        address,
        class: found,
        allowed: mayReach({ protocol: url.protocol, host, address, class: found }),
      };
    });
    onChecked(checked);
    return checked.every(({ allowed }) => allowed)
      ? ok({ host, addresses: addresses.value })
      : err('address');
  };
}

/** Only the name can be checked. A proxy that cannot be understood is no reason to do without one. */
function byProxy(mayReach: MayReach, proxy: ForwardProxy | undefined): FindPath {
  return async (url, _signal, onChecked) => {
    const host = hostOf(url);
    if (host === undefined) return err('name');
    const found = classifyHost(host);
    const allowed = mayReach({ protocol: url.protocol, host, address: host, class: found });
    onChecked([{ address: host, class: found, allowed }]);
    if (!proxy) return err('proxy');
    return allowed ? ok({ host, addresses: [], proxy }) : err('address');
  };
}

/**
 * `new URL` has already turned 2130706433, 0x7f.1 and 017700000001 into dotted form. `undefined` for an empty label, which
 * no name has: it would keep `metadata.google.internal..` off every list, and a proxy may read past it.
 */
function hostOf(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return host.split('.').includes('') ? undefined : host;
}

type Addresses = Result<readonly ResolvedAddress[], PathFailure>;

async function resolveHost(host: string, resolve: Resolve): Promise<Addresses> {
  const family = isIP(host);
  if (family !== 0) return ok([{ address: host, family }]);
  try {
    const addresses = await resolve(host);
    return addresses.length === 0 || addresses.length > MAX_ADDRESSES ? err('name') : ok(addresses);
  } catch {
    return err('name');
  }
}

/** A resolver cannot be told to stop; it can be left behind. */
function withinTime(resolving: Promise<Addresses>, signal: AbortSignal): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(err('time')), { once: true });
    resolving.then(resolve, reject);
  });
}
