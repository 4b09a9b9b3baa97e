import { err, ok } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogFields } from '../../adapters/ports.ts';
import { recordMetrics } from '../../adapters/testing/metric-record.ts';
import { createDatabase } from './sqlite-database.ts';
import type { Reply, Request } from './sqlite-messages.ts';
import { READ_LIMIT, READ_WAIT } from './sqlite-reads.ts';
import type { Thread } from './sqlite-thread.ts';

const unit = [{ sql: 'a', parameters: [] }];
const statement = { sql: 'SELECT 1', parameters: [] };
// Enough outcomes for a unit and a probe that share a group.
const committed: Reply = { kind: 'committed', outcomes: ['committed', 'committed'], faults: [] };
const rows: Reply = { kind: 'rows', rows: [{ one: 1 }] };

/** A thread that answers as the test says; `undefined` is what a dead one gives. */
function fakeThread(answer: (request: Request) => Promise<Reply | undefined>) {
  let silentSince: number | undefined;
  const ask = vi.fn(answer);
  const stop = vi.fn(() => Promise.resolve());
  const thread: Thread = { ask, stop, silentSince: () => silentSince };
  return {
    thread,
    ask,
    stop,
    fallSilent: (at: number) => (silentSince = at),
    answered: () => (silentSince = undefined),
  };
}

function over(
  writer: Thread,
  openReader: () => Promise<Thread | undefined> = () => Promise.resolve(undefined),
) {
  const log: string[] = [];
  const line = (message: string, fields?: LogFields) =>
    void log.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger = { debug: line, info: line, warn: line, error: line };
  let now = 0;
  const probe = [{ sql: 'probe', parameters: [] }];
  const metrics = recordMetrics();
  const database = createDatabase({ writer, openReader, probe, now: () => now, logger, metrics });
  return { database, log, metrics, setNow: (value: number) => (now = value) };
}

/** Ends the turn of the event loop that the test is in, and with it the wait of a first unit for others. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a database whose writer fails', () => {
  it('is unavailable and silent for as long as the thread has been dead', async () => {
    const writer = fakeThread(() => Promise.resolve(undefined));
    const { database, setNow } = over(writer.thread);
    setNow(100);
    writer.fallSilent(40);
    expect(await database.write(unit)).toEqual(err('unavailable'));
    expect(database.silentFor()).toBe(60);
    setNow(1000);
    expect(database.silentFor()).toBe(960);
  });

  it('is silent while every commit fails, and logs the beginning and the end', async () => {
    let reply: Reply = { kind: 'failed', message: 'database or disk is full' };
    const { database, log, setNow } = over(fakeThread(() => Promise.resolve(reply)).thread);
    setNow(10);
    expect(await database.write(unit)).toEqual(err('unavailable'));
    expect(await database.write(unit)).toEqual(err('unavailable'));
    setNow(30);
    expect(database.silentFor()).toBe(20);
    reply = committed;
    expect(await database.write(unit)).toEqual(ok(undefined));
    expect(database.silentFor()).toBe(0);
    expect(log).toEqual([
      'storage: writing fails {"message":"database or disk is full"}',
      'storage: writing works again {}',
    ]);
  });

  it('finds out by itself that writing works again, with one probe at a time', async () => {
    let reply: Reply = { kind: 'failed', message: 'database or disk is full' };
    const writer = fakeThread(() => Promise.resolve(reply));
    const { database, setNow } = over(writer.thread);
    await database.write(unit);
    setNow(5);
    reply = committed;
    expect(database.silentFor()).toBe(5);
    expect(database.silentFor()).toBe(5);
    await turn();
    expect(database.silentFor()).toBe(0);
    const probes = writer.ask.mock.calls.filter(([request]) => JSON.stringify(request).includes('probe'));
    expect(probes).toHaveLength(1);
  });

  it('does not reject when a unit cannot be sent', async () => {
    const writer = fakeThread(() => {
      throw new Error('could not be cloned');
    });
    expect(await over(writer.thread).database.write(unit)).toEqual(err('unavailable'));
  });

  it('logs why a unit failed', async () => {
    const reply: Reply = { kind: 'committed', outcomes: ['unavailable'], faults: ['no such table: t'] };
    const { database, log } = over(fakeThread(() => Promise.resolve(reply)).thread);
    expect(await database.write(unit)).toEqual(err('unavailable'));
    expect(log).toEqual(['storage: a unit failed {"message":"no such table: t"}']);
  });
});

describe('reading', () => {
  /** At work: a commit is on its way to the disk. */
  const { thread: writer, fallSilent: beginsWork } = fakeThread(() => Promise.resolve(committed));
  beginsWork(5);

  it('is done by the writer while that has nothing else to do, without a reader', async () => {
    const idle = fakeThread(() => Promise.resolve(rows));
    const open = vi.fn(() => Promise.resolve(undefined));
    const { database } = over(idle.thread, open);
    expect(await database.read(statement)).toEqual(ok([{ one: 1 }]));
    expect(await database.read(statement)).toEqual(ok([{ one: 1 }]));
    expect(idle.ask).toHaveBeenCalledTimes(2);
    expect(open).not.toHaveBeenCalled();
  });

  it('stays with the reader once there is one, however idle the writer is', async () => {
    const atWork = fakeThread(() => Promise.resolve(committed));
    const reader = fakeThread(() => Promise.resolve(rows));
    const { database } = over(atWork.thread, () => Promise.resolve(reader.thread));
    atWork.fallSilent(0);
    await database.read(statement);
    atWork.answered();
    expect(await database.read(statement)).toEqual(ok([{ one: 1 }]));
    expect(reader.ask).toHaveBeenCalledTimes(2);
    expect(atWork.ask).not.toHaveBeenCalled();
  });

  it('starts the reader when it finds the writer at work, once', async () => {
    const open = vi.fn(() => Promise.resolve(fakeThread(() => Promise.resolve(rows)).thread));
    const { database } = over(writer, open);
    expect(open).not.toHaveBeenCalled();
    const reads = [database.read(statement), database.read(statement)];
    expect(await Promise.all(reads)).toEqual([ok([{ one: 1 }]), ok([{ one: 1 }])]);
    expect(open).toHaveBeenCalledOnce();
  });

  it('is unavailable when the reader cannot be opened, and tries again at the next read', async () => {
    const open = vi
      .fn<() => Promise<Thread | undefined>>()
      .mockResolvedValueOnce(undefined)
      .mockRejectedValueOnce(new Error('no more threads'))
      .mockResolvedValue(fakeThread(() => Promise.resolve(rows)).thread);
    const { database } = over(writer, open);
    expect(await database.read(statement)).toEqual(err('unavailable'));
    expect(await database.read(statement)).toEqual(err('unavailable'));
    expect(await database.read(statement)).toEqual(ok([{ one: 1 }]));
  });

  it('makes the database silent when the reader is dead', async () => {
    const reader = fakeThread(() => Promise.resolve(undefined));
    const { database, setNow } = over(writer, () => Promise.resolve(reader.thread));
    expect(await database.read(statement)).toEqual(err('unavailable'));
    reader.fallSilent(3);
    setNow(10);
    expect(database.silentFor()).toBe(7);
  });

  it('takes 1,024 reads at a time and refuses the next at once', async () => {
    const answers: ((reply: Reply) => void)[] = [];
    const reader = fakeThread(() => new Promise((answer) => answers.push(answer)));
    const { database } = over(writer, () => Promise.resolve(reader.thread));
    const reads = Array.from({ length: READ_LIMIT }, () => database.read(statement));
    expect(READ_LIMIT).toBe(1024);
    expect(await database.read(statement)).toEqual(err('unavailable'));
    await vi.advanceTimersByTimeAsync(0);
    for (const answer of answers) answer(rows);
    expect((await Promise.all(reads)).every((read) => read.ok)).toBe(true);
    const after = database.read(statement);
    await vi.advanceTimersByTimeAsync(0);
    answers.at(-1)?.(rows);
    expect(await after).toEqual(ok([{ one: 1 }]));
  });

  it('gives up a read that hangs for ten seconds', async () => {
    const reader = fakeThread(() => new Promise(() => undefined));
    const { database } = over(writer, () => Promise.resolve(reader.thread));
    const answered = vi.fn();
    void database.read(statement).then(answered);
    await vi.advanceTimersByTimeAsync(READ_WAIT - 1);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toHaveBeenCalledExactlyOnceWith(err('unavailable'));
    expect(READ_WAIT).toBe(10_000);
  });

  it('closes the reader before the writer', async () => {
    const order: string[] = [];
    const named = (name: string, reply: Reply): Thread => ({
      ask: () => Promise.resolve(reply),
      silentSince: () => 0,
      stop: () => Promise.resolve(void order.push(name)),
    });
    const { database } = over(named('writer', committed), () => Promise.resolve(named('reader', rows)));
    await database.read(statement);
    await database.close();
    expect(order).toEqual(['reader', 'writer']);
  });
});

describe('what is measured of a database', () => {
  it('are its commits, what waits for them, and for how long it has been silent', async () => {
    let release = (_reply: Reply | undefined): void => {};
    const writer = fakeThread(() => new Promise((resolve) => (release = resolve)));
    const { database, metrics, setNow } = over(writer.thread);
    const under = database.write(unit);
    await turn();
    const waiting = [database.write(unit), database.write(unit)];
    expect(metrics.valuesOf('countersign_storage_queue_units')).toEqual({ '': 2 });
    writer.fallSilent(0);
    setNow(1_500);
    expect(metrics.valuesOf('countersign_storage_silent_seconds')).toEqual({ '': 1.5 });
    writer.answered();
    release(committed);
    await under;
    await turn();
    release({ kind: 'failed', message: 'disk full' });
    await turn();
    expect(metrics.observed).toEqual([
      'countersign_storage_commit_seconds ok',
      'countersign_storage_commit_seconds failed',
    ]);
    for (let at = 0; at < waiting.length; at += 1) {
      release(committed);
      await turn();
    }
    await Promise.all(waiting);
    expect(metrics.valuesOf('countersign_storage_queue_units')).toEqual({ '': 0 });
  });
});
