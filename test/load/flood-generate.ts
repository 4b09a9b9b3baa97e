import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Job } from './load.ts';

/** A flood from an address of its own (127.0.0.2), a process of its own: the job on standard input, until it is ended. */
const CONNECTIONS = 32;
const job = JSON.parse(await text(process.stdin)) as Job;
const { port, hostname } = new URL(job.url);
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress: '127.0.0.2' });
let sent = 0;

function ask(): void {
  const { method, path, headers, body } =
    job.requests[sent++ % job.requests.length] ?? job.requests[0] ?? fault();
  const outgoing = request(
    { agent, host: hostname, port, method, path, headers: { ...headers } },
    (incoming) => {
      incoming.resume();
      incoming.on('close', ask);
    },
  );
  // A server that hangs up on a flood is asked again: that is what a flood does.
  outgoing.on('error', () => setImmediate(ask));
  outgoing.end(body);
}

function fault(): never {
  throw new Error('a flood needs something to send');
}

for (let connection = 0; connection < CONNECTIONS; connection += 1) ask();
