import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { UpstreamTarget, UpstreamTls } from '@countersign/core';
import type { buildConnector as BuildConnector, Pool } from 'undici';

/**
 * How a connection to a target is made, and whom it has to prove to be. The name comes from the file alone: the client
 * library takes it from the Host header of a request if it may, and on some routes that is what a stranger wrote.
 */

/** Milliseconds to connect; an upstream that takes longer is as good as down. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds an idle connection is kept: less than the five seconds after which a node:http upstream closes it. */
const KEEP_ALIVE = 4_000;

/** Milliseconds that it is kept at most where the upstream asks for longer. */
const LONGEST_KEEP_ALIVE = 60_000;

/** Name for the handshake and the certificate; empty for an address, which is verified as such (RFC 6066 section 3). */
export function serverName({ host }: Pick<UpstreamTarget, 'host'>, tls: UpstreamTls | undefined): string {
  return tls?.serverName ?? (isIP(bare(host)) === 0 ? host : '');
}

/** An address as sockets take it. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

type Verification = Pick<ConnectionOptions, 'rejectUnauthorized'> & {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

/** What is verified and what is shown. */
export function tlsOptions({ ca, skipVerify, client }: UpstreamTls = {}): Verification {
  return {
    rejectUnauthorized: skipVerify !== true,
    // In place of the platform's roots: who names an authority trusts no other for this service.
    ...(ca !== undefined && { ca }),
    ...client,
  };
}

export function originOf({ scheme, host, port }: UpstreamTarget): string {
  return `${scheme}://${host}:${port}`;
}

/** For the log. */
export function addressOf({ scheme, host, port, socketPath }: UpstreamTarget): string {
  return socketPath === undefined ? `${scheme}://${host}:${port}` : `unix:${socketPath}`;
}

/** Options of a pool whose connections all lead to this target, with this TLS material. */
export function poolOptions(
  buildConnector: typeof BuildConnector,
  target: UpstreamTarget,
  tls: UpstreamTls | undefined,
): Pool.Options {
  const connect = buildConnector({
    ...tlsOptions(tls),
    allowH2: false,
    timeout: CONNECT_TIMEOUT,
    ...(target.socketPath !== undefined && { socketPath: target.socketPath }),
  });
  const servername = serverName(target, tls);
  return {
    // HTTP/1.1 on both sides (contract): one request, one connection, no second framing to disagree about.
    allowH2: false,
    pipelining: 1,
    connect: (asked, done) => connect({ ...asked, servername }, done),
    keepAliveTimeout: KEEP_ALIVE,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE,
    // The route's own limit comes with each request; a stream that is silent for long is not an error.
    bodyTimeout: 0,
  };
}
