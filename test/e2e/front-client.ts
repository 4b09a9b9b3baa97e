import { accessToken } from '../support/exchange.ts';
import { ask, type Ask, type Reply } from '../support/request.ts';
import type { Seen } from '../support/upstream.ts';
import type { Front } from './front.ts';

/** Who asks through a proxy in front, and what has come of it. */
export interface FrontClient {
  /** To the host of a route, from an address that is no trusted proxy. */
  readonly send: (name: string, options?: Partial<Ask>) => Promise<Reply>;
  /** May pass `orders` and `live`. */
  readonly token: string;
  readonly bearer: Readonly<Record<string, string>>;
  readonly tokenOf: (sub: string, type: string, scope?: string, expiration?: number) => Promise<string>;
  /** What the upstream saw last. */
  readonly seen: () => Seen | undefined;
  /** How much each upstream has seen. */
  readonly counts: () => readonly number[];
  /** The last line of the log with this code. */
  readonly logged: (code: string) => Readonly<Record<string, unknown>> | undefined;
}

/** The address of the client. */
export const CLIENT = '127.0.0.9';

export async function clientOf(front: Front): Promise<FrontClient> {
  const tokenOf: FrontClient['tokenOf'] = async (sub, type, scope, expiration) =>
    accessToken(front.server, {
      subjectToken: await front.issuer.mint({ aud: 'urn:pulumi:org:acme', sub, repository: 'acme/shop' }),
      type,
      ...(scope === undefined ? {} : { scope }),
      ...(expiration === undefined ? {} : { expiration }),
    });
  const token = await tokenOf('deploy', 'team', 'team:platform');
  return {
    send: (name, options = {}) =>
      ask(front.port, { path: '/', host: `${name}.localhost:${front.port}`, from: CLIENT, ...options }),
    token,
    bearer: { authorization: `Bearer ${token}` },
    tokenOf,
    seen: () => front.upstream.seen.at(-1),
    counts: () => [front.upstream.seen.length, front.forbidden.seen.length],
    logged: (code) => front.server.log.findLast((line) => line['code'] === code),
  };
}
