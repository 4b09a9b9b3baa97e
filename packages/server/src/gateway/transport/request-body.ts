import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { hasBody } from './request-head.ts';
import { inFrontOf } from './turn.ts';

/**
 * The body on its way to the upstream, as a stream of its own. The incoming message itself must not be handed over:
 * the client library destroys the body it was given when the upstream fails, and destroying the message cuts the
 * client's connection before it has read why.
 */
export function requestBody(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  awaitsContinue: boolean,
): Readable | null {
  if (!hasBody(incoming)) return null;
  let started = false;
  const onData = (chunk: Buffer): void => {
    if (!body.push(chunk)) incoming.pause();
  };
  const onEnd = (): void => {
    body.push(null);
  };
  const onGone = (): void => {
    if (!incoming.complete) body.destroy(new Error('the client went away'));
  };
  const body = new Readable({
    read() {
      if (started) {
        incoming.resume();
        return;
      }
      started = true;
      // Only now is somebody there to read it: a client that waits has kept its body until the decision was yes.
      if (awaitsContinue) inFrontOf(outgoing, () => outgoing.writeContinue());
      incoming.on('data', onData).on('end', onEnd);
    },
    destroy(error, done) {
      incoming.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      done(error);
    },
  });
  incoming.on('close', onGone).on('error', onGone);
  // A client that leaves before the upstream connection stands fails a stream that nobody listens to yet.
  body.on('error', () => {});
  return body;
}
