import type { RefusalCode, RequestHead } from '@countersign/core';
import type { Metrics, Span, Tracing } from '../adapters/ports.ts';
import type { GatewayDecision } from './model.ts';

/**
 * What is seen of one proxied request by those who look on: how long it took, what became of it, its span. It must never
 * change an answer, nor keep or tell anything that the request says.
 */
export interface Observation {
  /** The request, as a part of the trace that is recorded. */
  readonly head: RequestHead;
  decided(decision: GatewayDecision): void;
  /** The head of the upstream's answer is there. */
  begun(status: number): void;
  /** No upstream has answered. */
  failed(code: RefusalCode): void;
  /** A fault of ours. */
  broke(): void;
  /** Nothing more will happen; may be said more than once. `status`: what was answered, if anything. */
  over(status: number | undefined): void;
}

export type Observe = (head: RequestHead, protocol: Protocol) => Observation;

type Protocol = 'http' | 'websocket';

/** `undefined` where nobody looks on: requests then pay for one look at that. */
export function createObserve({
  metrics,
  tracing,
}: {
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
}): Observe | undefined {
  if (!metrics && !tracing) return undefined;
  const underWay = { http: 0, websocket: 0 };
  metrics?.read('countersign_gateway_requests_in_progress', () =>
    (['http', 'websocket'] as const).map((protocol) => [underWay[protocol], { protocol }]),
  );
  return (head, protocol) => {
    const span = tracing?.begin({ kind: 'gateway', method: head.method }, head);
    const of: Observed = { metrics, span, underWay, protocol };
    return observation(span?.trace ? { ...head, trace: span.trace } : head, of);
  };
}

interface Observed {
  readonly metrics: Metrics | undefined;
  readonly span: Span | undefined;
  readonly underWay: Record<Protocol, number>;
  readonly protocol: Protocol;
}

function observation(head: RequestHead, { metrics, span, underWay, protocol }: Observed): Observation {
  let since = performance.now();
  let decision: GatewayDecision | undefined;
  let code: RefusalCode | undefined;
  let answered: number | undefined;
  let isOver = false;
  const lap = (): number => {
    const before = since;
    since = performance.now();
    return (since - before) / 1000;
  };
  const route = (): string => routeOf(decision) ?? '';
  return {
    head,
    decided(taken) {
      decision = taken;
      if (taken.kind === 'refuse') code = taken.code;
      if (taken.kind === 'forward') underWay[protocol] += 1;
      metrics?.observe('countersign_gateway_decision_seconds', lap(), {
        outcome: taken.kind === 'refuse' ? 'refused' : 'allowed',
      });
    },
    begun(status) {
      answered = status;
      metrics?.observe('countersign_upstream_head_seconds', lap(), { route: route() });
      metrics?.count('countersign_upstream_responses_total', { route: route(), status: classOf(status) });
    },
    failed(cause) {
      code = cause;
      metrics?.count('countersign_upstream_failures_total', { route: route(), code: cause });
    },
    broke() {
      code = 'server.error';
      metrics?.count('countersign_gateway_faults_total', {});
    },
    over(status = answered) {
      if (isOver) return;
      isOver = true;
      if (decision?.kind === 'forward') underWay[protocol] -= 1;
      span?.end({
        ...(decision && { decision: decision.decisionId }),
        ...(route() !== '' && { route: route() }),
        ...(code && { code }),
        ...(status !== undefined && { status }),
      });
    },
  };
}

function routeOf(decision: GatewayDecision | undefined): string | undefined {
  return decision?.kind === 'forward' ? decision.route.name : decision?.routeName;
}

function classOf(status: number): '1xx' | '2xx' | '3xx' | '4xx' | '5xx' {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
