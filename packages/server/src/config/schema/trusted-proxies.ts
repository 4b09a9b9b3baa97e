import * as z from 'zod';
import { parseNetwork } from './network.ts';

/** `trusted_proxies`: whose word about the client counts. None, unless the file says so. */

/** More networks than any chain of proxies stands in. */
const MAX_PROXIES = 256;

const proxy = z.string().superRefine((text, context) => {
  const message = proxyFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function proxyFault(text: string): string | undefined {
  const network = parseNetwork(text);
  if (!network) return 'expected an address or a network, such as 10.0.0.0/8';
  // Peers of that form are IPv4 to us, so that such an entry would never hold.
  const isMapped = network.family === 'ipv6' && /^(?:0*:){2,}ffff:/i.test(network.address);
  return isMapped ? 'expected an IPv4 network to be written as IPv4' : undefined;
}

export const trustedProxies = z.array(proxy).max(MAX_PROXIES, `expected at most ${MAX_PROXIES} networks`);
