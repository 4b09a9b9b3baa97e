import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A client that writes bytes and nothing else. An HTTP library would refuse to send most of what an attacker sends, or
 * quietly mend it; it must never be used where the bytes are the attack.
 */
export interface RawConnection {
  readonly socket: Socket;
  write(bytes: string): void;
  /** Waits until what has come matches, or the connection is gone; gives all of it, byte for byte as Latin-1. */
  until(pattern: RegExp): Promise<string>;
  /** Waits until the connection is gone. */
  closed(): Promise<string>;
}

export async function dial(port: number): Promise<RawConnection> {
  // A reset is an answer like any other here: what counts is what came before it.
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((waiter) => waiter());
  let text = '';
  socket
    .on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      look();
    })
    .on('close', look);
  await once(socket, 'connect');

  const when = (satisfied: () => boolean): Promise<string> =>
    new Promise((resolve) => {
      const waiter = (): void => {
        if (!satisfied() && !socket.destroyed) return;
        waiting.delete(waiter);
        resolve(text);
      };
      waiting.add(waiter);
      waiter();
    });
  return {
    socket,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    until: (pattern) => when(() => pattern.test(text)),
    closed: () => when(() => false),
  };
}

/** Everything that came back on a connection of its own, which the server has to close. */
export async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const connection = await dial(port);
  connection.write(bytes);
  return connection.closed();
}

/** The head of a request, each line as it is given. */
export function head(requestLine: string, ...lines: readonly string[]): string {
  return [requestLine, ...lines, '', ''].join('\r\n');
}

/** One answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * Cuts what came into answers, by `Content-Length` and chunks alone, as a reader in front of us would. Throws when
 * something is left that is no answer: bytes between two answers are how one is smuggled.
 */
export function answersIn(text: string): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1] ?? Number.NaN);
    if (end === -1 || Number.isNaN(status)) throw new Error(`not an answer: ${JSON.stringify(rest)}`);
    const lines = rest.slice(0, end);
    const { body, after } = cutBody(lines, rest.slice(end + 4), status);
    answers.push({ status, head: lines, body });
    rest = after;
  }
  return answers;
}

interface Cut {
  readonly body: string;
  readonly after: string;
}

function cutBody(lines: string, rest: string, status: number): Cut {
  if (status < 200 || status === 204 || status === 304) return { body: '', after: rest };
  if (/^transfer-encoding: *chunked$/im.test(lines)) return cutChunks(rest);
  const length = Number(/^content-length: *(\d+)\r?$/im.exec(lines)?.[1] ?? rest.length);
  if (rest.length < length) throw new Error(`cut off: ${rest.length} of ${length} bytes`);
  return { body: rest.slice(0, length), after: rest.slice(length) };
}

function cutChunks(text: string): Cut {
  let body = '';
  let rest = text;
  for (;;) {
    const [line = '', digits = ''] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    const end = line.length + Number.parseInt(digits, 16);
    if (line === '' || rest.slice(end, end + 2) !== '\r\n')
      throw new Error(`not a chunk: ${JSON.stringify(rest)}`);
    body += rest.slice(line.length, end);
    rest = rest.slice(end + 2);
    if (end === line.length) return { body, after: rest };
  }
}
