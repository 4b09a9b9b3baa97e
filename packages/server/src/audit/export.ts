import type { Reader } from '../storage/port.ts';
import { auditPage, parseAuditRow, type AuditRow } from '../storage/repositories/audit-events.ts';
import { idBound } from '../storage/repositories/id-bound.ts';
import { AFTER_ALL } from '../storage/repositories/list-filter.ts';

/** The trail as lines of JSON, oldest first: every column, so that the chain can be checked from the lines alone. */

export interface ExportOptions {
  /** Epoch milliseconds, the first that counts. */
  readonly since?: number;
  /** Epoch milliseconds, the first that does not count any more. */
  readonly until?: number;
}

/** Rows of one read. */
const PAGE = 500;

/** Ends with a fault when storage stops answering: half an export must not look like a whole one. */
export async function* exportAudit(reader: Reader, options: ExportOptions = {}): AsyncGenerator<string> {
  let after = options.since === undefined ? '' : idBound('evt', options.since);
  const before = options.until === undefined ? AFTER_ALL : idBound('evt', options.until);
  for (;;) {
    const rows = await reader.read(auditPage(after, before, PAGE));
    if (!rows.ok) throw new Error('storage does not answer; the export is not complete');
    for (const row of rows.value) {
      const event = parseAuditRow(row);
      after = event.id;
      yield JSON.stringify(line(event));
    }
    if (rows.value.length < PAGE) return;
  }
}

/** Absent rather than null; `payload` stays the text that was chained. */
function line(event: AuditRow): Readonly<Record<string, unknown>> {
  const { detail, time, ...rest } = event;
  const members = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(members),
    time: new Date(time).toISOString(),
    ...(detail === null ? {} : { detail: JSON.parse(detail) as unknown }),
  };
}
