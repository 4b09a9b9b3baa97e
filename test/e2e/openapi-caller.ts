import { ask, type Reply } from '../support/request.ts';
import { ADMIN_TOKEN } from './house.ts';
import type { Checker } from './openapi-checker.ts';

/** Calls operations by the names that the document has for them, and holds what comes back against it. */
export interface Caller {
  /** It has to answer with this status, and as the document says; else there is a fault more. */
  readonly answer: (status: number, operation: string, call?: Call) => Promise<Reply>;
  /** What has been wrong since they were last asked for. */
  readonly faults: () => readonly string[];
  /** The operations whose success has been seen. */
  readonly done: ReadonlySet<string>;
}

interface Call {
  /** Values of the path, in its order. */
  readonly at?: readonly string[];
  readonly query?: string;
  readonly body?: unknown;
  /** Of the administrator unless given; `null`: none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createCaller(port: number, checker: Checker): Caller {
  const done = new Set<string>();
  const found: string[] = [];
  const send = (operation: string, call: Call) => {
    const { at = [], query = '', body, token = ADMIN_TOKEN, headers } = call;
    const [method = '', pattern = ''] = operation.split(' ');
    const values = [...at];
    return ask(port, {
      method,
      path: `${pattern.replaceAll(/\{\w+\}/g, () => values.shift() ?? '')}${query}`,
      headers: {
        ...(token === null ? {} : { authorization: `token ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const answer: Caller['answer'] = async (status, operation, call = {}) => {
    const reply = await send(operation, call);
    found.push(...checker.answerFaults(operation, reply));
    if (reply.status !== status) found.push(`${operation}: ${reply.status} and not ${status}: ${reply.text}`);
    if (reply.status >= 300) return reply;
    done.add(operation);
    // What the server takes, the document may not forbid.
    if (call.body !== undefined) found.push(...checker.bodyFaults(operation, call.body));
    return reply;
  };
  return { answer, faults: () => found.splice(0), done };
}
