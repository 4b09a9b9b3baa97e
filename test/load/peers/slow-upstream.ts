import { createServer } from 'node:http';

/** An upstream for slow clients: 1 KiB at once; `/big` for as long as somebody reads; `/never` keeps whoever asks waiting. */
const SMALL = Buffer.alloc(1_024, 'x');
const CHUNK = Buffer.alloc(65_536, 'x');

createServer((incoming, outgoing) => {
  incoming.resume();
  if (incoming.url === '/never') return;
  if (incoming.url !== '/big') {
    // Whoever sends a body is answered when all of it is there.
    incoming.on('end', () => outgoing.end(SMALL));
    return;
  }
  const write = (): void => {
    while (!outgoing.destroyed && outgoing.write(CHUNK));
  };
  outgoing.on('drain', write);
  write();
}).listen(Number(process.env['PORT']), '127.0.0.1');
