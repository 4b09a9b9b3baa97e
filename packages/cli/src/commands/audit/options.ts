import { err, ok, type Result } from '@countersign/core';
import { usage, type CliFailure } from '../../errors.ts';
import type { TableOrJson } from '../../output.ts';

/** What the command line said, as commander gives it. */
export interface VerifyFlags {
  readonly config?: string;
  readonly since?: string;
  readonly output: TableOrJson;
}

export interface VerifyOptions {
  readonly config?: string;
  /** File with checkpoints that were kept elsewhere. */
  readonly since?: string;
  readonly format: TableOrJson;
}

export interface ExportFlags {
  readonly config?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface ExportOptions {
  readonly config?: string;
  /** Epoch milliseconds, from this on. */
  readonly since?: number;
  /** Epoch milliseconds, before this. */
  readonly until?: number;
}

export function verifyOptions({ output, ...flags }: VerifyFlags): Result<VerifyOptions, CliFailure> {
  return ok({ ...flags, format: output });
}

export function exportOptions({ config, ...flags }: ExportFlags): Result<ExportOptions, CliFailure> {
  const since = timeOf('--since', flags.since);
  if (!since.ok) return since;
  const until = timeOf('--until', flags.until);
  if (!until.ok) return until;
  if (since.value !== undefined && until.value !== undefined && since.value >= until.value)
    return err(usage('--since lies before --until.'));
  return ok({
    ...(config === undefined ? {} : { config }),
    ...(since.value === undefined ? {} : { since: since.value }),
    ...(until.value === undefined ? {} : { until: until.value }),
  });
}

/** RFC 3339 with a zone, or a day: what `Date` would read besides depends on where it runs. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2}))?$/;

function timeOf(flag: string, text: string | undefined): Result<number | undefined, CliFailure> {
  if (text === undefined) return ok(undefined);
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return ok(time);
  return err(usage(`${flag} takes a day (2026-11-22) or a time with its zone (2026-11-22T13:05:05Z).`));
}
