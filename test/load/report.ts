import type { Latency, Measured } from './frame.ts';
import { median } from './median.ts';

/** What a row of the bench gives: every raw round, and medians beside a reference. */
export interface Report {
  readonly title: string;
  /** What made the load. */
  readonly generator: string;
  readonly connections: readonly number[];
  readonly pinned: boolean;
  readonly targets: readonly Figures[];
}

export interface Figures {
  readonly name: string;
  readonly rounds: readonly Measured[];
  readonly median: Measured;
  /** Milliseconds: p99 of the event loop's delay, where it was measured. */
  readonly delay?: number;
}

/** Something that the project owes, beside what was measured. */
export interface Owed {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What is owed, one line each. */
export function owedLines(owed: readonly Owed[]): string {
  return owed
    .map(
      ({ what, wanted, measured, met }) =>
        `${met ? 'met    ' : 'NOT met'}  ${what}: wanted ${wanted}, measured ${measured}`,
    )
    .join('\n');
}

export function medians(rounds: readonly Measured[]): Measured {
  const of = (figure: (round: Measured) => number): number => median(rounds.map(figure));
  const latency = (rounds[0]?.latency ?? []).map((_latency, at): Latency => ({
    p50: of((round) => round.latency[at]?.p50 ?? Number.NaN),
    p99: of((round) => round.latency[at]?.p99 ?? Number.NaN),
  }));
  return {
    requestsPerSecond: of((round) => round.requestsPerSecond),
    cpuPerRequest: of((round) => round.cpuPerRequest),
    rss: of((round) => round.rss),
    idle: of((round) => round.idle),
    taken: of((round) => round.taken),
    latency,
  };
}

/** A core that had nothing to do for more than this waited for its load; one of which more went to others was not its own. */
const DISTURBED = 0.1;

/** A table for people; ratios are to the first target, which is ours. */
export function table(report: Report): string {
  const [ours] = report.targets;
  const delays = report.targets.some(({ delay }) => delay !== undefined);
  const head = [
    'target',
    'req/s',
    'CPU µs/req',
    ...report.connections.flatMap((number) => [`p50 ms at ${number}`, `p99 ms at ${number}`]),
    'RSS MB',
    ...(delays ? ['loop delay p99 ms'] : []),
    'ours is faster by',
    'and needs less CPU by',
  ];
  const rows = report.targets.map(({ name, median: m, delay }) => [
    name,
    m.requestsPerSecond.toFixed(0),
    m.cpuPerRequest.toFixed(1),
    ...m.latency.flatMap(({ p50, p99 }) => [p50.toFixed(2), p99.toFixed(2)]),
    m.rss.toFixed(0),
    ...(delays ? [delay?.toFixed(1) ?? ''] : []),
    ours ? `${(ours.median.requestsPerSecond / m.requestsPerSecond).toFixed(2)} ×` : '',
    ours ? `${(m.cpuPerRequest / ours.median.cpuPerRequest).toFixed(2)} ×` : '',
  ]);
  const disturbed = notes(report);
  return [
    title(report),
    ...aligned([head, ...rows]),
    ...(disturbed.length > 0 ? ['Of these believe the CPU alone:', ...disturbed] : []),
  ].join('\n');
}

function title({ title: name, targets, generator, pinned }: Report): string {
  const rounds = targets[0]?.rounds.length ?? 0;
  const where = pinned
    ? 'target pinned to one core, load to another'
    : 'NOT pinned: figures are worth little';
  return `${name} (${rounds} interleaved rounds, medians; load by ${generator}; ${where})`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  '));
}

/** Where something else than the target was measured, and what to believe of the row all the same. */
function notes({ targets, generator }: Report): readonly string[] {
  return targets.flatMap(({ name, median: { idle, taken } }) => [
    ...(idle > DISTURBED
      ? [
          `${name}: ${generator} or the upstream held it back, its core was idle for ${percent(idle)} of the time.`,
        ]
      : []),
    ...(taken > DISTURBED ? [`${name}: ${percent(taken)} of its core went to other processes.`] : []),
  ]);
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
