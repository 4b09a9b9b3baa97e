import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './adapters/ports.ts';
import { splitTarget } from './http/asked-host.ts';
import { preflightAnswer, readableAnswer, readersOf } from './http/cors.ts';
import type { HeldAnswers } from './http/held-answers.ts';
import { serviceRequest, writeAnswer } from './http/message.ts';
import { isServed, serve, type Offer, type ServiceDeps } from './service.ts';

/** A request to the service host, whichever listener it came to: which page may read the answer, then the answer. */
export interface ServiceHostDeps {
  readonly service: ServiceDeps;
  readonly heldAnswers: HeldAnswers;
  readonly metrics?: Metrics;
}

export async function answerOnService(
  { service, heldAnswers, metrics }: ServiceHostDeps,
  offer: Offer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  if (awaitsContinue) outgoing.writeContinue();
  const { trustedProxies, corsOrigins } = service.snapshot().settings;
  const { path, query } = splitTarget(incoming.url ?? '/');
  const request = serviceRequest(incoming, path, query, trustedProxies);
  const readers = isServed(path, offer) ? readersOf(path) : 'no page';
  const preflight = preflightAnswer(request, readers, corsOrigins);
  const answer =
    preflight ?? readableAnswer(await serve(service, request, offer), request, readers, corsOrigins);
  if (answer.status === 429) {
    metrics?.count('countersign_failure_limit_refusals_total', {});
    await heldAnswers.hold();
  }
  writeAnswer(incoming, outgoing, answer);
}
