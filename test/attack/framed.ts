import type { House } from '../e2e/house.ts';
import { answersIn, exchangeBytes, head } from './raw-socket.ts';

/** Sends a request whose frame may be in doubt, with a good one behind it, and says what came of both. */
export interface Framed {
  /** The Host line of a route, or of the service. */
  host(route?: string): string;
  /** What was answered on a connection that had to be closed, or nothing would have come back yet. */
  answered(bytes: Bytes): Promise<Answered>;
  /** The same on the public route alone, with what reached the service. */
  passed(bytes: Bytes): Promise<Passed>;
}

/** The request, for a Host line. Its path is `/x`. */
export type Bytes = (to: string) => string;

export interface Answered {
  /** Of the service host, then of a route. */
  readonly statuses: readonly (readonly number[])[];
  /** Requests that reached the service. */
  readonly reached: number;
}

export interface Passed {
  readonly statuses: readonly number[];
  /** Method, target and body, in the order of their texts. */
  readonly seen: readonly string[];
}

/** One refusal for each, and nothing behind it. */
export const once = (status: number): Answered => ({ statuses: [[status], [status]], reached: 0 });

export function framedAt(house: House): Framed {
  const { port } = house.server;
  const host = (name?: string): string => `Host: ${name === undefined ? '' : `${name}.`}localhost:${port}`;
  /** A request that anybody may make, and that ends its connection. */
  const behind = head('GET /behind HTTP/1.1', host('open'), 'Connection: close');
  const statusesOf = async (bytes: string): Promise<readonly number[]> =>
    answersIn(await exchangeBytes(port, bytes + behind)).map(({ status }) => status);
  return {
    host,
    async answered(bytes) {
      const before = house.upstream.seen.length;
      // On the service host the one path on which a body is read.
      const onService = await statusesOf(bytes(host()).replace('/x', '/api/oauth/token'));
      const onRoute = await statusesOf(bytes(host('open')));
      return { statuses: [onService, onRoute], reached: house.upstream.seen.length - before };
    },
    async passed(bytes) {
      const before = house.upstream.seen.length;
      const statuses = await statusesOf(bytes(host('open')));
      const seen = house.upstream.seen
        .slice(before)
        .map(({ method, url, body }) => `${method} ${url} ${body}`);
      return { statuses, seen: seen.toSorted() };
    },
  };
}

export const CHUNKED = 'Transfer-Encoding: chunked';
/** A body in one chunk. */
export const ABC = '3\r\nabc\r\n0\r\n\r\n';

export const post =
  (body: string, ...lines: readonly string[]): Bytes =>
  (to) =>
    head('POST /x HTTP/1.1', to, ...lines) + body;
