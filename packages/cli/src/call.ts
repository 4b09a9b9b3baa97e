import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';
import type { Deps } from './deps.ts';
import type { CliFailure } from './errors.ts';

/** A request of ours to a Countersign server, and what came back. */

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallAnswer {
  readonly status: number;
  /** `undefined` when the body is no JSON object. */
  readonly json: Claims | undefined;
}

/** Milliseconds for the whole call. */
const PATIENCE = 30_000;

/** Bytes of an answer. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** One request. `network`: nobody answered; `server_error`: the answer cannot be one of ours. */
export async function call(request: Call, deps: Deps): Promise<Result<CallAnswer, CliFailure>> {
  try {
    const response = await deps.fetch(request.url, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      // A redirect would carry the token to wherever it points; no endpoint of ours answers with one.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await readBounded(response);
    if (text === undefined)
      return err({ kind: 'server_error', message: `the answer of ${request.url} is too long.` });
    return ok({ status: response.status, json: parseObject(text) });
  } catch (fault) {
    return err({ kind: 'network', message: `${request.url} does not answer: ${reasonOf(fault)}.` });
  }
}

async function readBounded(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > ANSWER_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Claims | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const { cause } = fault;
  if (!(cause instanceof Error)) return fault.message;
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
