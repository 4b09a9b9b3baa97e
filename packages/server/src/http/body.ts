import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@countersign/core';

/**
 * Reads a bounded request body. The limit holds for what is announced and for what comes; a client that dribbles is
 * cut off, because a body of the service host is small and has no reason to take long.
 */

export type BodyFailure = 'too_large' | 'aborted';

/** Milliseconds that a small body may take (slow-body denial of service). */
const BODY_TIME = 30_000;

/** The body as bytes, at most `limit` of them. */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Result<Buffer, BodyFailure>> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return Promise.resolve(err('too_large'));
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let done = false;
    let timer: NodeJS.Timeout | undefined;
    // Once the bytes at hand have been parsed. Most bodies came whole with their head and need no timer, which would
    // cost as much as reading them.
    queueMicrotask(() => {
      if (!done && !incoming.complete) timer = setTimeout(() => finish(err('aborted')), BODY_TIME);
    });
    const finish = (result: Result<Buffer, BodyFailure>): void => {
      done = true;
      clearTimeout(timer);
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      if (!result.ok) incoming.pause();
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) finish(err('too_large'));
      else chunks.push(chunk);
    };
    const onEnd = (): void =>
      finish(ok(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    const onGone = (): void => finish(err('aborted'));
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
