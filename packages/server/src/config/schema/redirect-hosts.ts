import { parseHostHeader } from '@countersign/core';
import * as z from 'zod';

/**
 * `programmatic_redirect_domain_whitelist`: hosts that a program may have its person sent back to, with a value that
 * opens a route. Each is one host name, compared as a whole (CVE-2021-29651); `localhost` stands for every loopback
 * address too, since that is where programs listen.
 */

/** More than one installation has. */
const MAX_HOSTS = 64;

const redirectHost = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => {
    const parsed = parseHostHeader(text);
    return parsed !== undefined && parsed.port === undefined && parsed.host === text;
  }, 'expected a host name or address, without scheme, port, path or wildcard');

export const redirectHosts = z.array(redirectHost).max(MAX_HOSTS, `expected at most ${MAX_HOSTS} hosts`);
