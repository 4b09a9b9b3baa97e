import type { HeaderLine, RequestHead, Route } from '@countersign/core';

/**
 * Whose pages may open a WebSocket (threat 17). No browser asks the other side before it opens one, and it adds what it
 * has by itself: cookies, a password it was told once, a certificate, its place in the network. So the page that the
 * browser names in `Origin` has to be one that may (RFC 6455 section 10.2). Nothing here may trust that a program has
 * told the truth: the rule protects people from pages, not us from programs.
 */
export interface Handshake {
  readonly route: Pick<Route, 'scheme' | 'access' | 'allowWebsockets' | 'allowedOrigins'>;
  readonly head: Pick<RequestHead, 'headers'>;
  /** Host and port that were asked for. */
  readonly host: string;
  readonly port: number | undefined;
  /** Header that held the responsible value of ours; absent: none did. */
  readonly carrier?: string;
}

/** Why this WebSocket may not be opened, for the log; `undefined`: it may. */
export function webSocketFault(handshake: Handshake): string | undefined {
  if (!handshake.route.allowWebsockets) return 'the route allows no WebSockets';
  const rule = ruleFor(handshake);
  const origin = readOrigin(handshake.head.headers);
  if (origin === ABSENT) return rule === 'required' ? 'no Origin beside a cookie' : undefined;
  if (rule === 'if-configured' && handshake.route.allowedOrigins === undefined) return undefined;
  return origin !== undefined && isAllowed(handshake, origin) ? undefined : 'Origin is not allowed';
}

/**
 * `required`: every browser sends it, so whoever sends none has not got the cookie by itself either, and has a better
 * carrier. `if-present`: no browser leaves it out, so whoever does is a program. `if-configured`: no page can have set
 * such a header, or anybody may come anyway.
 */
type Rule = 'required' | 'if-present' | 'if-configured';

function ruleFor({ route, head, carrier }: Handshake): Rule {
  switch (carrier) {
    case 'x-pomerium-authorization':
      return 'if-configured';
    case 'authorization':
      // Browsers repeat a password that they were told once (RFC 7617 section 2.2), for any page that asks.
      return hasBasic(head.headers) ? 'if-present' : 'if-configured';
    case undefined:
      // Let in without a credential by a policy: for its certificate or its address, which every page can use.
      return route.access === 'public' ? 'if-configured' : 'if-present';
    default:
      return 'required';
  }
}

function hasBasic(headers: readonly HeaderLine[]): boolean {
  return valuesOf(headers, 'authorization').some((value) => /^\s*basic(?:\s|$)/i.test(value));
}

function isAllowed({ route, host, port }: Handshake, origin: string): boolean {
  const own = written(route.scheme, host, port);
  return origin === own || route.allowedOrigins?.includes(origin) === true;
}

const ABSENT = Symbol('no Origin');

/** As {@link written}; `undefined` for what no page is: a list, `null`, another scheme, anything malformed. */
function readOrigin(headers: readonly HeaderLine[]): string | undefined | typeof ABSENT {
  const [first, ...others] = valuesOf(headers, 'origin');
  if (first === undefined) return ABSENT;
  const [, scheme, host, digits] = ORIGIN.exec(first.trim().toLowerCase()) ?? [];
  if (others.length > 0 || scheme === undefined || host === undefined) return undefined;
  return written(scheme, host, digits === undefined ? undefined : Number(digits));
}

/** RFC 6454 section 6.2, in lower case. */
const ORIGIN = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** An origin in one spelling: lower case, without the port that its scheme implies. */
function written(scheme: string, host: string, port: number | undefined): string {
  const shown = port === undefined || port === DEFAULT_PORTS[scheme] ? '' : `:${port}`;
  return `${scheme}://${host}${shown}`;
}

function valuesOf(headers: readonly HeaderLine[], wanted: string): readonly string[] {
  return headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}
