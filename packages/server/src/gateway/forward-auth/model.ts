import type { HeaderLine, Result } from '@countersign/core';

/**
 * Forward auth: proxies that people already run ask whether a request may pass, and forward it themselves. The decision
 * is the gateway's own, on the request that the proxy describes. Nothing here may decide, believe a description that
 * did not come from a trusted proxy, or say yes to what the proxy would forward in another form than was decided on.
 */

/** A request to one of the endpoints. */
export interface Question {
  readonly method: string;
  /** Origin-form target, undecoded. */
  readonly target: string;
  /** The Host that it was sent to, as it came. */
  readonly authority: string;
  readonly headers: readonly HeaderLine[];
}

/** What a proxy was asked by its client, as the proxy tells it. */
export interface Described {
  readonly method: string;
  /** Origin-form target as the client wrote it. */
  readonly target: string;
  /** `HOST` or `HOST:PORT`. */
  readonly authority: string;
  /** Its address, where the proxy does not tell it in `X-Forwarded-For`. */
  readonly client?: string;
}

/** How one kind of proxy asks: where it sends the question, how it describes the request, which answers it understands. */
export interface Dialect {
  readonly name: string;
  /** On which host it asks: that of the service, or the one that its client asked for. */
  readonly host: 'service' | 'asked';
  /** Whether this path is its endpoint. */
  readonly takes: (path: string) => boolean;
  /** A header of ours that belongs to the question, in lower case. */
  readonly describing?: string;
  /** A sentence for whoever configured the proxy, when it describes nothing that can be read. */
  readonly read: (question: Question) => Result<Described, string>;
  /** The status that says the same to this proxy. */
  readonly statusOf: (status: number) => number;
}

/** The one value of a header; `undefined` when it did not come, or came twice: then the proxy wrote at most one. */
export function theOne(headers: readonly HeaderLine[], name: string): string | undefined {
  const values = headers.filter(([header]) => header.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}
