import type { AuditEvent } from '../../audit/model.ts';
import type { Statement } from '../port.ts';
import { insertInto, type TableShape } from './table-shape.ts';

/** The trail of what was issued and revoked. Rows are only ever added. */

const SHAPE: TableShape<'audit'> = {
  id: 'text',
  time: 'integer',
  event: 'text',
  decision: 'text?',
  token: 'text',
  actor: 'text',
  organization: 'text?',
};

const insert = insertInto('audit', SHAPE);

/** `id` is `evt_…`; the event itself has none, because its author does not number the trail. */
export function insertAuditEvent(id: string, event: AuditEvent): Statement {
  return insert({
    id,
    time: event.time,
    event: event.event,
    decision: event.decision ?? null,
    token: event.token,
    actor: event.actor,
    organization: event.organization ?? null,
  });
}
