import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The storage thread of the floor: one transaction a message, on disk before it answers. */
const database = new DatabaseSync(String(workerData));
database.exec('pragma journal_mode = wal; pragma synchronous = full');
database.exec('create table token (hash text primary key, subject text, expires integer) without rowid');
database.exec('create table audit (id integer primary key, hash text, subject text)');
const token = database.prepare('insert into token values (?, ?, ?)');
const audit = database.prepare('insert into audit (hash, subject) values (?, ?)');

parentPort?.on('message', (rows: readonly (readonly [string, string, number])[]) => {
  database.exec('begin immediate');
  for (const [hash, subject, expires] of rows) {
    token.run(hash, subject, expires);
    audit.run(hash, subject);
  }
  database.exec('commit');
  parentPort?.postMessage(rows.length);
});
