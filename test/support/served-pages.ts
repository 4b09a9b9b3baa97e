import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeAnswer, type Answer } from '../../packages/server/src/http/message.ts';

/** Pages over HTTP on loopback as the product writes them, and what browsers asked for. */
export interface ServedPages {
  readonly port: number;
  /** `METHOD PATH`, and the Origin of what is no GET. */
  readonly asked: { readonly line: string; readonly origin: string | undefined }[];
  close(): Promise<void>;
}

/** `answerOf` knows the page of a path; a POST is answered with a redirect to `after`, or with 204. */
export async function servePages(
  answerOf: (path: string) => Answer | undefined,
  after: (path: string) => string | undefined = () => undefined,
): Promise<ServedPages> {
  const asked: ServedPages['asked'][number][] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    asked.push({ line: `${method} ${url}`, origin: incoming.headers.origin });
    if (method === 'GET') writeAnswer(incoming, outgoing, answerOf(url) ?? NOTHING);
    else writeAnswer(incoming, outgoing, redirect(after(url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const NOTHING: Answer = { status: 404, headers: {}, body: '' };

const redirect = (location: string | undefined): Answer =>
  location === undefined
    ? { status: 204, headers: {}, body: '' }
    : { status: 303, headers: { location }, body: '' };
