import { REFUSALS } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import {
  METRICS,
  type LabelSource,
  type MetricDefinition,
} from '../../packages/server/src/adapters/metric-list.ts';
import { rowsWith, textOf } from './repository.ts';

/** The pages about metrics, against the one list in the code. */
const definitions: readonly (readonly [string, MetricDefinition])[] = Object.entries(METRICS);

const SOURCES = {
  refusal: 'a [code](errors/README.md), or empty',
  route: 'name of a route',
  organization: 'name of an organization',
  issuer: 'name of an issuer (`ORGANIZATION/ISSUER`) or identity provider',
  process: '',
} as const;

function said(label: string, source: LabelSource): string {
  const values =
    typeof source === 'string' ? SOURCES[source] : source.map((value) => `\`${value}\``).join(', ');
  return values === '' ? `\`${label}\`` : `\`${label}\`: ${values}`;
}

describe('docs/metrics.md', () => {
  it('has a row for every metric, in order, with its labels and what they may be, and no other', () => {
    const rows = rowsWith(textOf('docs/metrics.md'), 'labels');
    expect(rows.map((row) => [...row.values()])).toEqual(
      definitions.map(([name, { type, labels, help }]) => [
        `\`${name}\``,
        type,
        Object.entries(labels)
          .map(([label, source]) => said(label, source))
          .join('; '),
        help,
      ]),
    );
  });
});

describe('the guide for operators', () => {
  it('names metrics, labels and codes that exist', () => {
    const text = textOf('docs/guides/observability.md');
    const names = text.match(/\b(?:countersign|process|nodejs)_[a-z_]+\b/g) ?? [];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([]);
    for (const [, name = '', selector = ''] of text.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)) {
      const labels = [...selector.matchAll(/(\w+)=/g)].map(([, label]) => label);
      const known = Object.keys((METRICS as Readonly<Record<string, MetricDefinition>>)[name]?.labels ?? {});
      expect([name, labels.filter((label) => !known.includes(label ?? ''))]).toEqual([name, []]);
    }
    const codes = text.match(/code="([a-z._]+)"/g) ?? [];
    expect(codes.filter((code) => !Object.hasOwn(REFUSALS, code.slice(6, -1)))).toEqual([]);
  });
});

describe('the names of metrics', () => {
  it.each(definitions)(
    '%s is as Prometheus wants it: a base unit, and a total of what only grows',
    (name, { type }) => {
      expect(name).toMatch(/^(?:countersign|process|nodejs)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(name).not.toMatch(/milli|micro|_ms|_kb/);
    },
  );
});
