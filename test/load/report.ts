import type { Measured } from './frame.ts';

/** What a row of the bench gives: every raw round, and medians beside a reference. */
export interface Report {
  readonly title: string;
  readonly connections: number;
  readonly pinned: boolean;
  readonly targets: readonly {
    readonly name: string;
    readonly rounds: readonly Measured[];
    readonly median: Measured;
  }[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
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
  const rows = report.targets.map(({ name, median: m }) => [
    name,
    m.requestsPerSecond.toFixed(0),
    m.p50.toFixed(1),
    m.p99.toFixed(1),
    m.cpuPerRequest.toFixed(0),
    m.rss.toFixed(0),
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
