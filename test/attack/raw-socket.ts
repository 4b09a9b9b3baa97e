import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A client that writes bytes and nothing else. An HTTP library would refuse to send most of what an attacker sends, or
 * quietly mend it; it must never be used where the bytes are the attack.
 */
export interface RawConnection {
  readonly socket: Socket;
  write(bytes: string): void;
  /** Everything that has come so far, byte for byte as Latin-1. */
  received(): string;
  /** Waits until what has come matches, or the connection is gone. */
  until(pattern: RegExp): Promise<string>;
  /** Waits until the other side has closed the connection. */
  closed(): Promise<string>;
}

export async function dial(port: number): Promise<RawConnection> {
  // A reset is an answer like any other here: what counts is what came before it.
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let text = '';
  const changed = new Set<() => void>();
  const wake = (): void => changed.forEach((look) => look());
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake();
  });
  socket.on('close', wake);
  await once(socket, 'connect');

  const when = (satisfied: () => boolean): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!satisfied() && !socket.destroyed) return;
        changed.delete(look);
        resolve(text);
      };
      changed.add(look);
      look();
    });
  return {
    socket,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    received: () => text,
    until: (pattern) => when(() => pattern.test(text)),
    closed: () => when(() => false),
  };
}

/** Sends bytes on a connection of their own, ends our side, and gives everything that came back. */
export async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const connection = await dial(port);
  connection.write(bytes);
  connection.socket.end();
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
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1];
    if (end === -1 || status === undefined)
      throw new Error(`not an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const lines = rest.slice(0, end);
    const [body, after] = bodyOf(lines, rest.slice(end + 4), Number(status));
    answers.push({ status: Number(status), head: lines, body });
    rest = after;
  }
  return answers;
}

function bodyOf(lines: string, rest: string, status: number): readonly [body: string, after: string] {
  if (status < 200 || status === 204 || status === 304) return ['', rest];
  if (/^transfer-encoding: *chunked$/im.test(lines)) return chunksOf(rest);
  const length = Number(/^content-length: *(\d+)$/im.exec(lines)?.[1] ?? rest.length);
  if (rest.length < length) throw new Error(`cut off: ${rest.length} of ${length} bytes`);
  return [rest.slice(0, length), rest.slice(length)];
}

function chunksOf(text: string): readonly [body: string, after: string] {
  let body = '';
  let rest = text;
  for (;;) {
    const [line, digits] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    if (line === undefined) throw new Error(`not a chunk: ${JSON.stringify(rest.slice(0, 200))}`);
    const size = Number.parseInt(digits ?? '', 16);
    const end = line.length + size;
    if (rest.slice(end, end + 2) !== '\r\n') throw new Error('a chunk without its end');
    body += rest.slice(line.length, end);
    rest = rest.slice(end + 2);
    if (size === 0) return [body, rest];
  }
}
