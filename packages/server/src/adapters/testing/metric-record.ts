import type { Metrics } from '../ports.ts';

/** Metrics that write down what they are told: `name label,label` and how often, and what readers say now. */
export interface MetricRecord extends Metrics {
  readonly counted: Readonly<Record<string, number>>;
  /** Names and labels of what was observed, in order. */
  readonly observed: readonly string[];
  readonly valuesOf: (name: string) => Readonly<Record<string, number>>;
}

export function recordMetrics(): MetricRecord {
  const counted: Record<string, number> = {};
  const observed: string[] = [];
  const readers = new Map<string, () => readonly (readonly [number, object])[]>();
  const line = (name: string, labels: object): string =>
    [name, Object.values(labels).join()].join(' ').trim();
  return {
    counted,
    observed,
    count(name, labels) {
      const key = line(name, labels);
      counted[key] = (counted[key] ?? 0) + 1;
    },
    observe: (name, _seconds, labels) => void observed.push(line(name, labels)),
    read: (name, reading) => void readers.set(name, reading),
    valuesOf: (name) =>
      Object.fromEntries(
        (readers.get(name)?.() ?? []).map(([value, labels]) => [Object.values(labels).join(), value]),
      ),
  };
}
