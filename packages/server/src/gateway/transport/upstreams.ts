import type { Dispatcher } from 'undici';

/**
 * Connections to upstreams, pooled by origin. The client library is loaded with the first request that needs it: its
 * import takes longer than all the rest of the start.
 */
export interface Upstreams {
  /** The pool of all upstreams; a promise only until it has been loaded. */
  dispatcher(): Dispatcher | Promise<Dispatcher>;
  /** Counts a request; the function that comes back is called once, when it is over. */
  begin(): () => void;
  /** Resolves when the last request is over; connections are gone by then. */
  close(): Promise<void>;
}

/** Milliseconds to connect; an upstream that takes longer is as good as down. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds an idle connection is kept: less than the five seconds after which a node:http upstream closes it. */
const KEEP_ALIVE = 4_000;

export function createUpstreams(): Upstreams {
  let agent: Dispatcher | undefined;
  let loading: Promise<Dispatcher> | undefined;
  let closing: Promise<void> | undefined;
  let underWay = 0;
  let idle = (): void => {};

  const load = async (): Promise<Dispatcher> => {
    const { Agent } = await import('undici');
    agent = new Agent({
      // HTTP/1.1 on both sides (contract): one request, one connection, no second framing to disagree about.
      allowH2: false,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT },
      keepAliveTimeout: KEEP_ALIVE,
      // The route's own limit comes with each request; a stream that is silent for long is not an error.
      bodyTimeout: 0,
    });
    return agent;
  };

  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      idle = resolve;
      if (underWay === 0) resolve();
    });
    // Not the library's own graceful end: that waits for connections that nobody waits for any more.
    await (await loading)?.destroy();
  };

  return {
    dispatcher: () => agent ?? (loading ??= load()),
    begin() {
      underWay += 1;
      return () => {
        underWay -= 1;
        if (underWay === 0) idle();
      };
    },
    close: () => (closing ??= close()),
  };
}
