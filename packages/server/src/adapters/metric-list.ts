import type { RefusalCode } from '@countersign/core';

/**
 * Everything that is measured, as one list: names after the conventions of Prometheus (base units, `_total` for what
 * only grows), and of every label what its values may be. `docs/metrics.md` is held against it. No label may ever take
 * what a request says: whoever chose its values would choose how much memory we and Prometheus need.
 */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelSource>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/**
 * The values of a label: those of a list; a code of the catalogue, or nothing; a name that the configuration in force
 * has (an issuer is given by its id); or something about this process, of which there is one value at a time.
 */
export type LabelSource = readonly string[] | 'refusal' | ConfiguredKind | 'process';

export type ConfiguredKind = 'route' | 'organization' | 'issuer';

/** Of the decision in memory, in seconds: from what the policy engine needs to what an exchange on the way needs. */
const DECISION_SECONDS = [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5, 2];

/** Of what waits for others, in seconds. */
const WAITING_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const OUTCOME = ['allowed', 'refused'] as const;

export const METRICS = {
  countersign_build_info: {
    type: 'gauge',
    help: 'Always 1; which version runs, on which Node.',
    labels: { version: 'process', node: 'process' },
  },
  countersign_config_info: {
    type: 'gauge',
    help: 'Always 1; the hash of the configuration in force. Processes that should be alike have one hash.',
    labels: { hash: 'process' },
  },
  countersign_config_last_reload_successful: {
    type: 'gauge',
    help: 'Whether the file as it was last read is in force (1) or an earlier one still is (0).',
    labels: {},
  },
  countersign_gateway_requests_total: {
    type: 'counter',
    help: 'Decisions on requests to routes, proxied or asked for by forward auth. Without a route: no route takes the path.',
    labels: { route: 'route', outcome: OUTCOME, code: 'refusal' },
  },
  countersign_gateway_decision_seconds: {
    type: 'histogram',
    help: 'From the head of a proxied request to the decision on it.',
    labels: { outcome: OUTCOME },
    buckets: DECISION_SECONDS,
  },
  countersign_gateway_requests_in_progress: {
    type: 'gauge',
    help: 'Requests that are being proxied, streams among them, and WebSockets that are open.',
    labels: { protocol: ['http', 'websocket'] },
  },
  countersign_gateway_faults_total: {
    type: 'counter',
    help: 'Requests to routes that were answered 500 because of a fault of this server.',
    labels: {},
  },
  countersign_upstream_head_seconds: {
    type: 'histogram',
    help: 'From the decision to the head of the answer of the upstream.',
    labels: { route: 'route' },
    buckets: WAITING_SECONDS,
  },
  countersign_upstream_responses_total: {
    type: 'counter',
    help: 'Answers of upstreams, by the first digit of their status.',
    labels: { route: 'route', status: ['1xx', '2xx', '3xx', '4xx', '5xx'] },
  },
  countersign_upstream_failures_total: {
    type: 'counter',
    help: 'Admitted requests that no upstream answered.',
    labels: { route: 'route', code: 'refusal' },
  },
  countersign_exchanges_total: {
    type: 'counter',
    help: 'Exchanges at the token endpoints, and of tokens that routes take as they are. Without an issuer: nothing was verified.',
    labels: { organization: 'organization', issuer: 'issuer', outcome: OUTCOME, code: 'refusal' },
  },
  countersign_exchange_seconds: {
    type: 'histogram',
    help: 'From the beginning of an exchange to its durable outcome.',
    labels: { outcome: OUTCOME },
    buckets: WAITING_SECONDS,
  },
  countersign_issuer_key_fetches_total: {
    type: 'counter',
    help: 'Attempts to fetch the keys of an issuer.',
    labels: { issuer: 'issuer', result: ['ok', 'failed'] },
  },
  countersign_issuer_keys_age_seconds: {
    type: 'gauge',
    help: 'Since the keys in use of an issuer were fetched; without those that are given by hand.',
    labels: { issuer: 'issuer' },
  },
  countersign_failure_limit_refusals_total: {
    type: 'counter',
    help: 'Requests to the service host that were answered 429 because of earlier failures of their address.',
    labels: {},
  },
  countersign_tokens_live: {
    type: 'gauge',
    help: 'Live tokens in memory.',
    labels: {},
  },
  countersign_decisions_not_stored_total: {
    type: 'counter',
    help: 'Refusals that were not written: there were too many of one issuer (rate), or little disk is left (disk).',
    labels: { reason: ['rate', 'disk'] },
  },
  countersign_storage_commit_seconds: {
    type: 'histogram',
    help: 'From handing a group of changes to storage until it is on disk, or has failed.',
    labels: { result: ['ok', 'failed'] },
    buckets: WAITING_SECONDS,
  },
  countersign_storage_queue_units: {
    type: 'gauge',
    help: 'Changes that wait for the commit under way to end.',
    labels: {},
  },
  countersign_storage_silent_seconds: {
    type: 'gauge',
    help: 'Since storage last answered; 0 while it works.',
    labels: {},
  },
  countersign_storage_disk_low: {
    type: 'gauge',
    help: 'Whether so little disk is left that refusals are not stored any more (1).',
    labels: {},
  },
  countersign_change_feed_lag_seconds: {
    type: 'gauge',
    help: 'Since this process last heard everything that others have changed.',
    labels: {},
  },
  countersign_connections_open: {
    type: 'gauge',
    help: 'Connections of clients.',
    labels: { listener: ['public', 'api'] },
  },
  countersign_connections_refused_total: {
    type: 'counter',
    help: 'Connections that were closed unread because as many were open as may be.',
    labels: {},
  },
  process_cpu_seconds_total: { type: 'counter', help: 'CPU time, user and system.', labels: {} },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory that is resident.', labels: {} },
  process_start_time_seconds: { type: 'gauge', help: 'When the process began, Unix time.', labels: {} },
  nodejs_heap_used_bytes: { type: 'gauge', help: 'Objects on the heap of the main thread.', labels: {} },
  nodejs_eventloop_lag_seconds: {
    type: 'gauge',
    help: 'How late the event loop was, since it was last asked: in the mean, at the 99th percentile, at most.',
    labels: { statistic: ['mean', 'p99', 'max'] },
  },
  nodejs_gc_pause_seconds_total: {
    type: 'counter',
    help: 'Time in garbage collection, by its kind.',
    labels: { kind: ['minor', 'major', 'incremental', 'weakcb'] },
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;

type NamesOf<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type CounterName = NamesOf<'counter'>;
export type HistogramName = NamesOf<'histogram'>;
/** Also a counter that somebody else keeps. */
export type ReadName = NamesOf<'gauge' | 'counter'>;

type ValueOf<Source> = Source extends readonly (infer Value)[]
  ? Value
  : Source extends 'refusal'
    ? RefusalCode | ''
    : string;

/** A value for each label; one that stands for nothing is empty. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in keyof (typeof METRICS)[Name]['labels']]: ValueOf<
    (typeof METRICS)[Name]['labels'][Label]
  >;
};
