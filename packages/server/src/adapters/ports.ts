import type { HeaderLine, RefusalCode, TraceContext } from '@countersign/core';
import type { CounterName, HistogramName, LabelsOf, ReadName } from './metric-list.ts';

/**
 * What the server takes from the world, as interfaces: time, randomness, the log, and who looks on. The implementations
 * beside this file are chosen in `main.ts` alone.
 */

export interface Clock {
  /** Epoch milliseconds. Never goes back within a process. */
  now(): number;
}

export interface Random {
  /** Cryptographically secure bytes. */
  bytes(length: number): Uint8Array;
}

/** Fields are an allow-list by construction: callers name each one, nobody logs an object that came from outside. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields | LazyFields): void;
  info(message: string, fields?: LogFields | LazyFields): void;
  warn(message: string, fields?: LogFields | LazyFields): void;
  error(message: string, fields?: LogFields | LazyFields): void;
}

/** Asked only when the line is written: the hot path does not pay for a line that the level leaves out. */
export type LazyFields = () => LogFields;

/** What an operator counts: the names and labels of `metric-list.ts`. */
export interface Metrics {
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): void;
  observe<Name extends HistogramName>(name: Name, seconds: number, labels: LabelsOf<Name>): void;
  /** From now on this is asked whenever somebody looks, in place of what was asked before. */
  read<Name extends ReadName>(name: Name, reading: () => readonly Reading<Name>[]): void;
}

export type Reading<Name extends ReadName> = readonly [value: number, labels: LabelsOf<Name>];

/** Traces of requests, for whoever records them. */
export interface Tracing {
  /** Begins a span. `cause`: the header lines of the request, and the trace that can be read in them or was begun since. */
  begin(kind: SpanKind, cause: SpanCause): Span;
}

export interface SpanCause {
  readonly headers?: readonly HeaderLine[];
  readonly trace?: TraceContext | undefined;
}

/** `at`: when it began, in epoch milliseconds; absent: now. */
export type SpanKind =
  | { readonly kind: 'gateway'; readonly method: string }
  | { readonly kind: 'exchange'; readonly at: number };

export interface Span {
  /** What goes on from here, and under which id the trace is found. */
  readonly trace: TraceContext | undefined;
  /** Once. */
  end(outcome: SpanOutcome): void;
}

/** A closed list: names of the configuration, codes and ids of ours. Never a path, a token, a claim or who it was. */
export interface SpanOutcome {
  readonly decision?: string;
  readonly route?: string;
  readonly issuer?: string;
  readonly code?: RefusalCode;
  readonly status?: number;
}

/** What everything else is made of. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Absent: nobody looks, and nothing is counted. */
  readonly metrics?: Metrics;
  /** Absent: nobody records traces. */
  readonly tracing?: Tracing;
}
