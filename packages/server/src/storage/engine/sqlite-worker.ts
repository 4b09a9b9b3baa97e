import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { ID_BYTES, newId } from '../../audit/decision-id.ts';
import { createChain } from '../chain.ts';
import { commitGroup } from './sqlite-group.ts';
import type { Reply, Request, Role } from './sqlite-messages.ts';
import { type Opened, openRole } from './sqlite-open.ts';
import type { Statement } from '../port.ts';

/**
 * A storage thread: one connection, one request after the other, so that a write to the disk never stops the event
 * loop that serves. What it cannot answer kills it, and the main thread sees storage fall silent.
 */

type Open = Exclude<Opened, { readonly failure: unknown }>;

let open: Open | undefined;

/**
 * Its audit chain, begun with the thread: random, so that no two processes ever write one; with the time in its name,
 * so that chains sort by age.
 */
const chain = createChain(newId('wrt', Date.now(), randomBytes(ID_BYTES)));

async function answerOpen(role: Role): Promise<Reply> {
  const opened = await openRole(role);
  if ('failure' in opened) return { kind: 'refused', failure: opened.failure };
  open = opened;
  return { kind: 'opened', path: opened.path, ...(opened.copy === undefined ? {} : { copy: opened.copy }) };
}

/**
 * A read is one short transaction that is always undone, so that it cannot write, whichever connection it runs on (an
 * in-memory database has only one).
 */
function read({ connection }: Open, statement: Statement): Reply {
  connection.exec('BEGIN');
  try {
    return { kind: 'rows', rows: connection.all(statement) };
  } finally {
    if (connection.isTransaction()) connection.exec('ROLLBACK');
  }
}

function answer(database: Open, request: Exclude<Request, { kind: 'open' | 'close' }>): Reply {
  try {
    return request.kind === 'commit'
      ? { kind: 'committed', ...commitGroup(database.connection, chain, request.units) }
      : read(database, request.statement);
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function handle(port: MessagePort, request: Request): Promise<void> {
  if (request.kind === 'open') {
    port.postMessage(await answerOpen(request.role));
  } else if (request.kind === 'close') {
    open?.close();
    port.postMessage({ kind: 'closed' } satisfies Reply);
    port.close();
  } else if (open === undefined) {
    port.postMessage({ kind: 'failed', message: 'the database is not open' } satisfies Reply);
  } else {
    port.postMessage(answer(open, request));
  }
}

if (parentPort === null) throw new Error('sqlite-worker is started as a worker thread');
const port = parentPort;
port.on('message', (request: Request) => void handle(port, request));
