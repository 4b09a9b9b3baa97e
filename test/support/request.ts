import { request, type IncomingHttpHeaders } from 'node:http';

/** One HTTP request on a real socket, to a loopback port with any Host: `*.localhost` need not resolve. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body parsed as JSON; throws when it is none. */
  json(): Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** How `body` becomes bytes; default UTF-8. */
  readonly encoding?: 'utf8' | 'latin1';
  /** The address of loopback that it comes from. */
  readonly from?: string;
}

export function ask(
  port: number,
  { method = 'GET', path, host = 'localhost', headers = {}, body, encoding = 'utf8', from }: Ask,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { host, ...headers } as Record<string, string>,
        agent: false,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body, encoding);
  });
}

/** A JSON POST. */
export function post(
  port: number,
  path: string,
  body: unknown,
  headers: Ask['headers'] = {},
): Promise<Reply> {
  return ask(port, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
