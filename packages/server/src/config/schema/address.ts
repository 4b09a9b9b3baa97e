import { parseHostHeader } from '@countersign/core';
import * as z from 'zod';
import type { ListenAddress, Origin } from '../model.ts';

/** Addresses: where we listen, who we are, whom we trust. Strict: one spelling, no surprises. */

const LISTEN = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

/** `host:port`; IPv6 in brackets. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const [, ipv6, host, digits] = LISTEN.exec(text) ?? [];
  const port = Number(digits);
  const address = ipv6 ?? host;
  if (address !== undefined && port <= 65_535) return { host: address, port };
  context.addIssue({ code: 'custom', message: 'expected host:port, such as 127.0.0.1:8080 or [::1]:8080' });
  return z.NEVER;
});

/** Only what an origin has: no user, path, query or fragment; a final slash is forgiven. */
const ORIGIN = /^https?:\/\/[^/?#@\\\s]+\/?$/i;

/** Parses an http or https origin; `undefined` when it is anything else, or when no Host header could name it. */
export function parseOrigin(text: string): Origin | undefined {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const authority = parseHostHeader(url.host);
  if (!authority) return undefined;
  const port = authority.port ?? (scheme === 'https' ? 443 : 80);
  return { text: url.origin, scheme, host: authority.host, port };
}

/**
 * `url` of the service. It names us to others, who compare it character by character, so it has to be written in the
 * one form that a parser would give back.
 */
export const serviceUrl = z.string().transform((text, context): Origin => {
  const origin = parseOrigin(text);
  if (origin && (text === origin.text || text === `${origin.text}/`)) return origin;
  context.addIssue({
    code: 'custom',
    message:
      'expected an http or https URL of host and optional port alone, in lower case and without a default port',
  });
  return z.NEVER;
});

/**
 * Parses `from` of a route: an origin, or one whose host is a wildcard. The star is a whole label, the first; what
 * stands behind it has to be a name, for an address has no names below it.
 */
export function parseRouteOrigin(text: string): Origin | undefined {
  const [, scheme, rest] = /^(https?:\/\/)\*\.(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return parseOrigin(text);
  const origin = parseOrigin(`${scheme}x.${rest}`);
  if (!origin) return undefined;
  return { ...origin, text: origin.text.replace('//x.', '//*.'), host: `*${origin.host.slice(1)}` };
}

/** `from` of a route. */
export const routeOrigin = z.string().transform((text, context): Origin => {
  const origin = parseRouteOrigin(text);
  if (origin) return origin;
  const message = text.includes('*')
    ? 'expected a wildcard for one whole label, the first, such as https://*.apps.example'
    : 'expected scheme, host and optional port alone, such as https://orders.example';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** No user, query or fragment (OpenID Connect Discovery 1.0 section 3: `issuer`). */
const ISSUER = /^https?:\/\/[A-Za-z0-9._:[\]-]+(?:\/[\x21\x24-\x3e\x40-\x5b\x5d-\x7e]*)?$/;

/** The URL of an issuer, kept as it was written: `iss` is compared with it character by character. */
export const issuerUrl = z
  .string()
  .max(2048, 'expected at most 2048 characters')
  .refine(
    (text) => ISSUER.test(text) && URL.canParse(text),
    'expected an https URL without user, query and fragment',
  );

/** Whether a host, as URL gives it, is this machine by name or address (RFC 6761 section 6.3, RFC 1122, RFC 4291). */
export function isLoopbackHost(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    host === '[::1]'
  );
}
