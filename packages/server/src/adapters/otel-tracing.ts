import {
  context,
  isSpanContextValid,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span as OtelSpan,
  type TextMapGetter,
  type TextMapSetter,
} from '@opentelemetry/api';
import { REFUSALS, type HeaderLine, type TraceContext } from '@countersign/core';
import type { SpanCause, SpanKind, SpanOutcome, Tracing } from './ports.ts';

/**
 * Spans by the OpenTelemetry API, for whichever SDK somebody has registered before the program began. The one file that
 * knows the API, and loaded only where there is an SDK. It must never put into an attribute what a request says, beyond
 * its method: spans travel further than logs.
 */

const NAME = 'countersign';

/** `undefined`: nobody has registered anything that this API can speak to. */
export function createOtelTracing(version: string): Tracing | undefined {
  const provider = trace.getTracerProvider();
  // Until somebody registers, the API stands in for itself.
  if (provider instanceof ProxyTracerProvider && !provider.getDelegateTracer(NAME)) return undefined;
  const tracer = trace.getTracer(NAME, version);
  return {
    begin(kind, cause) {
      const parent = parentOf(cause);
      const span = tracer.startSpan(nameOf(kind), optionsOf(kind), parent);
      return {
        trace: traceOf(span, parent, cause.trace),
        end: (outcome) => end(span, kind, outcome),
      };
    },
  };
}

/** Whoever instruments `node:http` as well has begun a span already, which is then the parent; else the headers say. */
function parentOf({ headers, trace: known }: SpanCause): Context {
  const active = context.active();
  if (trace.getSpan(active)) return active;
  if (headers) return propagation.extract(ROOT_CONTEXT, headers, LINES);
  const [, traceId = '', spanId = '', flags = ''] = known?.parent.split('-') ?? [];
  if (traceId === '') return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Repeated lines are one list (RFC 9110 section 5.3): of a `traceparent`, which is no list, two are then malformed. */
const LINES: TextMapGetter<readonly HeaderLine[]> = {
  keys: (lines) => lines.map(([name]) => name.toLowerCase()),
  get(lines, key) {
    const values = lines.filter(([name]) => name.toLowerCase() === key.toLowerCase());
    return values.length === 0 ? undefined : values.map(([, value]) => value).join(',');
  },
};

const PUSH: TextMapSetter<HeaderLine[]> = {
  set: (lines, key, value) => void lines.push([key.toLowerCase(), value]),
};

/** What goes on: what the registered propagators say. Where they do not speak W3C, what came in W3C goes on as it came. */
function traceOf(span: OtelSpan, parent: Context, came: TraceContext | undefined): TraceContext | undefined {
  const own = span.spanContext();
  // A switched-off SDK.
  if (!isSpanContextValid(own)) return came;
  const sets: HeaderLine[] = [];
  propagation.inject(trace.setSpan(parent, span), sets, PUSH);
  const isSaid = sets.some(([name]) => name === 'traceparent');
  const flags = own.traceFlags.toString(16).padStart(2, '0');
  return {
    traceId: own.traceId,
    parent: `00-${own.traceId}-${own.spanId}-${flags}`,
    passes: isSaid ? [] : (came?.passes ?? []),
    sets,
  };
}

/** Methods that a span may be named after; any other is written as the conventions of OpenTelemetry say. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function methodOf(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}

function nameOf(kind: SpanKind): string {
  if (kind.kind === 'exchange') return 'exchange';
  const method = methodOf(kind.method);
  return method === '_OTHER' ? 'HTTP' : method;
}

function optionsOf(kind: SpanKind) {
  return kind.kind === 'exchange'
    ? { kind: OtelKind.INTERNAL, startTime: kind.at }
    : { kind: OtelKind.SERVER, attributes: { 'http.request.method': methodOf(kind.method) } };
}

function end(span: OtelSpan, kind: SpanKind, outcome: SpanOutcome): void {
  const { decision, route, issuer, code, status } = outcome;
  const failed = status === undefined ? code && REFUSALS[code].status >= 500 : status >= 500;
  const attributes: Attributes = {
    ...(decision !== undefined && { 'countersign.decision': decision }),
    ...(route !== undefined && { 'countersign.route': route }),
    ...(issuer !== undefined && { 'countersign.issuer': issuer }),
    ...(code !== undefined && { 'countersign.code': code }),
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(failed && { 'error.type': code ?? `${status}` }),
  };
  if (route !== undefined && kind.kind === 'gateway') span.updateName(`${nameOf(kind)} ${route}`);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttributes(attributes).end();
}
