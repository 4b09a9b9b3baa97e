import { REFUSALS } from '@countersign/core';
import type { ConfiguredKind, LabelSource, MetricDefinition } from './metric-list.ts';

/**
 * What may stand in a label. The types say so as well, but a type is gone at run time, and one value of a request in
 * one label is a way to fill the memory of this process and of Prometheus. So every value is looked up here.
 */

/** From what names a thing inside to the name that the configuration in force gives it. */
export type ConfiguredNames = Readonly<Record<ConfiguredKind, ReadonlyMap<string, string>>>;

/** In place of a value that is not on the list: what has left the configuration while a request was under way. */
const OTHER = 'other';

/** Labels as they are written: each has one of the values that its definition allows. */
export function boundedLabels(
  { labels: sources }: MetricDefinition,
  given: Readonly<Record<string, string>>,
  names: ConfiguredNames,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const name in sources) labels[name] = bounded(sources[name] ?? [], given[name] ?? '', names);
  return labels;
}

function bounded(source: LabelSource, value: string, names: ConfiguredNames): string {
  // An empty label is an absent one.
  if (value === '' || source === 'process') return value;
  if (typeof source === 'object') return source.includes(value) ? value : OTHER;
  if (source === 'refusal') return Object.hasOwn(REFUSALS, value) ? value : OTHER;
  return names[source].get(value) ?? OTHER;
}

/** Whether a series, as it was written, is about something that the configuration still has. */
export function isConfigured(
  { labels: sources }: MetricDefinition,
  written: Readonly<Record<string, string>>,
  names: Readonly<Record<ConfiguredKind, ReadonlySet<string>>>,
): boolean {
  return Object.entries(sources).every(([label, source]) => {
    if (source !== 'route' && source !== 'organization' && source !== 'issuer') return true;
    const value = written[label] ?? '';
    return value === '' || value === OTHER || names[source].has(value);
  });
}
