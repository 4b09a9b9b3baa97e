import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';
import type { Job } from './load.ts';

/** The load generator, a process of its own so that it can have a core of its own: a job on standard input, figures out. */
const [connections = '64', seconds = '3'] = process.argv.slice(2);
const job = JSON.parse(await text(process.stdin)) as Job;
const result = await autocannon({
  url: job.url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: job.requests.map(({ body, ...request }) => ({
    ...request,
    method: request.method as 'GET' | 'POST',
    ...(body === undefined ? {} : { body }),
  })),
});
process.stdout.write(
  JSON.stringify({
    answered: result['2xx'],
    failed: result.non2xx + result.errors + result.timeouts,
    seconds: result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }),
);
