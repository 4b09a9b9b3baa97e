import type { Readable } from 'node:stream';
import type { Route, Upstream } from '@countersign/core';
import type { LogFields } from '../../adapters/ports.ts';
import type { Passage, Sending } from '../transport/upstreams-passage.ts';
import { createUpstreams, type Upstreams, type UpstreamsDeps } from '../transport/upstreams.ts';
import { route } from './fixture.ts';

/** Upstreams without a gateway in front: requests are asked straight away, under a configuration that a test swaps. */
export interface Asking {
  readonly upstreams: Upstreams;
  readonly log: { readonly message: string; readonly fields: LogFields }[];
  /** From now on these are the upstreams of the routes. Before the first call, whatever has been asked is. */
  follow(...upstreams: readonly Upstream[]): void;
  ask(upstream: Upstream, request?: Asked): Promise<Answered>;
  /** Begins a request and gives the way to end it from the client's side. */
  begin(
    upstream: Upstream,
    request?: Asked,
  ): { readonly answered: Promise<Answered>; readonly leave: () => void };
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly body?: () => Readable;
  /** Asks for a WebSocket; the answer is there when it has become one, and lasts until the client leaves. */
  readonly upgrade?: true;
}

/** Text of the answer, or why there is none. */
export interface Answered {
  readonly status?: number;
  readonly text?: string;
  readonly refused?: string;
  readonly failed?: string;
}

export function startAsking(options: Partial<Pick<UpstreamsDeps, 'bounds' | 'clock'>> = {}): Asking {
  let current: { readonly routes: readonly Route[] } = { routes: [] };
  let isTold = false;
  const follow = (all: readonly Upstream[]): void =>
    void (current = { routes: all.map((upstream) => route({ upstream })) });
  const log: Asking['log'] = [];
  const note = (message: string, fields: unknown = {}): void =>
    void log.push({ message, fields: fields as LogFields });
  const upstreams = createUpstreams({
    snapshot: () => current,
    clock: { now: () => Date.now() },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    logger: { info: note, warn: note },
    look: 10,
    ...options,
  });
  const begin: Asking['begin'] = (upstream, request = {}) => {
    const known = current.routes.flatMap((each) => each.upstream ?? []);
    if (!isTold && !known.includes(upstream)) follow([...known, upstream]);
    return exchange(upstreams.open(upstream), request, (to, cause) => note('repeated', { to, cause }));
  };
  return {
    upstreams,
    log,
    follow(...all) {
      isTold = true;
      follow(all);
    },
    ask: (upstream, request) => begin(upstream, request).answered,
    begin,
  };
}

function exchange(
  passage: Passage,
  request: Asked,
  repeated: Sending['repeated'],
): ReturnType<Asking['begin']> {
  const { promise: answered, resolve } = Promise.withResolvers<Answered>();
  let isWanted = true;
  const end = (answer: Answered): void => {
    if (!isWanted) return;
    isWanted = false;
    passage.over();
    // The library takes a connection back one turn of the event loop after the answer has ended.
    setTimeout(resolve, 2, answer);
  };
  const { method = 'GET', path = '/', headers = [] } = request;
  void passage.send({
    options: {
      method,
      path,
      headers: [...headers],
      headersTimeout: 5_000,
      upgrade: request.upgrade ? 'websocket' : null,
    },
    body: request.body ?? (() => null),
    relay: collecting(() => isWanted, end, resolve),
    isWanted: () => isWanted,
    isBodyRead: () => false,
    refuse: (cause) => end({ refused: cause }),
    repeated,
  });
  return { answered, leave: () => end({ failed: 'left' }) };
}

function collecting(
  isWanted: () => boolean,
  end: (answer: Answered) => void,
  upgraded: (answer: Answered) => void,
): Sending['relay'] {
  let status = 0;
  let text = '';
  return {
    onRequestStart: (controller) => {
      if (!isWanted()) controller.abort(new Error('nobody waits'));
    },
    onRequestUpgrade: (_controller, given) => upgraded({ status: given }),
    onResponseStart: (_controller, given) => void (status = given),
    onResponseData: (_controller, chunk) => void (text += chunk.toString()),
    onResponseEnd: () => end({ status, text }),
    onResponseError: (_controller, error) =>
      end({ failed: 'code' in error ? String(error.code) : error.message }),
  };
}
