import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Job } from './load.ts';

/**
 * A client that asks the same over a few connections, one request after the other, and measures in microseconds: where
 * a fifth of a millisecond is the answer, one that counts milliseconds says nothing. Job in, figures out.
 */
export interface GoodFigures {
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const [connections = '4', seconds = '5'] = process.argv.slice(2);
const { url, requests } = JSON.parse(await text(process.stdin)) as Job;
const [{ method, path, headers }] = requests as [Job['requests'][number]];
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
const bytes = [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
const end = performance.now() + Number(seconds) * 1_000;
const took: number[] = [];
let failed = 0;

/** One answer, by its length; `false` when it is none that is good. */
async function answered(socket: Socket): Promise<boolean> {
  let received = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received += chunk.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head === -1) continue;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length >= head + 4 + length) return received.startsWith('HTTP/1.1 200 ');
  }
}

async function ask(): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  while (performance.now() < end) {
    const from = performance.now();
    const answer = answered(socket);
    socket.write(bytes);
    if (await answer) took.push(performance.now() - from);
    else failed += 1;
  }
  socket.destroy();
}

await Promise.all(Array.from({ length: Number(connections) }, ask));
took.sort((one, other) => one - other);
const at = (part: number): number => took[Math.floor(took.length * part)] ?? Number.NaN;
const figures: GoodFigures = { answered: took.length, failed, p50: at(0.5), p99: at(0.99) };
process.stdout.write(JSON.stringify(figures));
