import type { Measured } from './frame.ts';
import { median } from './median.ts';

/** What a row of the bench gives: every raw round, and medians beside a reference. */
export interface Report {
  readonly title: string;
  readonly connections: number;
  readonly pinned: boolean;
  readonly targets: readonly Figures[];
}

export interface Figures {
  readonly name: string;
  readonly rounds: readonly Measured[];
  readonly median: Measured;
  /** Milliseconds: p99 of the event loop's delay. */
  readonly delay: number;
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
  const of = (key: keyof Measured): number => median(rounds.map((round) => round[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpuPerRequest: of('cpuPerRequest'),
    rss: of('rss'),
  };
}

/** A table for people; ratios are to the first target, which is ours. */
export function table(report: Report): string {
  const [ours] = report.targets;
  const rows = report.targets.map(({ name, median: m, delay }) => [
    name,
    m.requestsPerSecond.toFixed(0),
    m.p50.toFixed(1),
    m.p99.toFixed(1),
    m.cpuPerRequest.toFixed(0),
    m.rss.toFixed(0),
    delay.toFixed(1),
    ours ? `${(ours.median.requestsPerSecond / m.requestsPerSecond).toFixed(2)} ×` : '',
    ours ? `${(m.cpuPerRequest / ours.median.cpuPerRequest).toFixed(2)} ×` : '',
  ]);
  const head = [
    'target',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU µs/req',
    'RSS MB',
    'loop delay p99 ms',
    'ours is faster by',
    'and needs less CPU by',
  ];
  const all = [head, ...rows];
  const widths = head.map((_cell, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  const rounds = report.targets[0]?.rounds.length ?? 0;
  const where = report.pinned
    ? 'target pinned to one core, load to another'
    : 'NOT pinned: figures are worth little';
  return [
    `${report.title} (${report.connections} connections, ${rounds} interleaved rounds, medians; ${where})`,
    ...all.map(line),
  ].join('\n');
}
