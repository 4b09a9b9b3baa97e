import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Clients that cost without asking for much, in a process of their own and from an address of their own (127.0.0.2):
 * their kind and number on standard input, `ready` on standard output once they all stand, until they are ended.
 */
export interface SlowClients {
  readonly kind:
    | 'idle'
    | 'slow heads'
    | 'slow bodies'
    | 'slow readers'
    | 'slow upstreams'
    | 'big heads'
    | 'big bodies';
  readonly count: number;
  readonly port: number;
  /** Of a route: public, but for those who send big bodies, which nobody wants. */
  readonly host: string;
}

const job = JSON.parse(await text(process.stdin)) as SlowClients;
const head = (line: string, ...lines: readonly string[]): string =>
  [`${line} HTTP/1.1`, `Host: ${job.host}`, ...lines, '', ''].join('\r\n');

/** Milliseconds between two bytes of whoever dribbles. */
const DRIBBLE = 1_000;

/** Each in its own time: all at once would be a flood, once a second. */
function dribble(socket: Socket, byte: string): void {
  const write = (): void => {
    if (socket.destroyed) return;
    socket.write(byte);
    setTimeout(write, DRIBBLE);
  };
  setTimeout(write, Math.random() * DRIBBLE);
}

const BEHAVIOURS: Readonly<Record<SlowClients['kind'], (socket: Socket) => void | Promise<unknown>>> = {
  idle: (socket) => {
    socket.write(head('GET /list'));
    socket.resume();
    return once(socket, 'data');
  },
  'slow heads': (socket) => {
    socket.resume().write(head('GET /list').slice(0, -2));
    dribble(socket, 'x');
  },
  'slow bodies': (socket) => {
    socket.resume().write(head('POST /list', 'Content-Length: 1000000'));
    dribble(socket, 'x');
  },
  'slow readers': (socket) => void socket.pause().write(head('GET /big')),
  'slow upstreams': (socket) => void socket.resume().write(head('GET /never')),
  'big heads': (socket) =>
    void socket.resume().write(`GET /list HTTP/1.1\r\nX-Filler: ${'x'.repeat(60_000)}`),
  'big bodies': (socket) => {
    socket.resume().write(head('POST /list', 'Content-Length: 1000000000'));
    const more = (): void => {
      while (!socket.destroyed && socket.write(CHUNK));
    };
    socket.on('drain', more);
    more();
  },
};

const CHUNK = Buffer.alloc(65_536, 'x');

/** Who floods comes back at once, who is slow takes the time. */
const PAUSE = job.kind.startsWith('big') ? 0 : DRIBBLE;

/** Stands again when it is cut: whoever is let go for being slow comes back. */
async function stand(): Promise<void> {
  const socket = connect({ port: job.port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  socket.on('error', () => {}).on('close', () => void setTimeout(() => void stand(), PAUSE));
  await once(socket, 'connect').catch(() => {});
  await Promise.resolve(BEHAVIOURS[job.kind](socket)).catch(() => {});
}

/** So many begin at once: a backlog is not what is measured. */
const STEP = 200;
for (let standing = 0; standing < job.count; standing += STEP)
  await Promise.all(Array.from({ length: Math.min(STEP, job.count - standing) }, stand));
process.stdout.write('ready\n');
