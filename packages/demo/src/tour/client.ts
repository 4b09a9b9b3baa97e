import { request as httpRequest, type IncomingMessage } from 'node:http';
import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';

/**
 * The tour's HTTP client. It connects to 127.0.0.1 whatever the name in the URL, and sends that name as `Host`:
 * `*.localhost` does not resolve everywhere, and the tour must never leave loopback.
 */

export interface TourRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TourAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Milliseconds without a byte. */
const PATIENCE = 10_000;

/** Bytes of an answer. */
const ANSWER_LIMIT = 1024 * 1024;

/** One request. The error says what did not work. */
export function send({ method, url, headers = {}, body }: TourRequest): Promise<Result<TourAnswer, string>> {
  const target = new URL(url);
  if (!isLoopbackName(target.hostname)) return Promise.resolve(err(`${url} is not on this machine`));
  const options = {
    method,
    host: '127.0.0.1',
    port: target.port,
    path: target.pathname + target.search,
    headers: { ...headers, host: target.host },
    timeout: PATIENCE,
    // A connection of its own: the tour must not keep the server from closing.
    agent: false,
  };
  return new Promise((resolve) => {
    const fail = (fault: Error): void => resolve(err(`${method} ${url}: ${fault.message}`));
    const sent = httpRequest(options, (answer) => {
      readAnswer(answer).then((text) => resolve(ok(toAnswer(answer, text))), fail);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', fail);
    sent.end(body);
  });
}

function isLoopbackName(name: string): boolean {
  return name === '127.0.0.1' || name === 'localhost' || name.endsWith('.localhost');
}

function toAnswer(answer: IncomingMessage, body: string): TourAnswer {
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_LIMIT) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** One request whose answer must have this status and be a JSON object. */
export async function sendForJson(request: TourRequest, status: number): Promise<Result<Claims, string>> {
  const answer = await send(request);
  return answer.ok ? jsonOf(request, answer.value, status) : answer;
}

/** The JSON object of an answer that must have this status. */
function jsonOf(request: TourRequest, answer: TourAnswer, status: number): Result<Claims, string> {
  const where = `${request.method} ${request.url}`;
  if (answer.status !== status)
    return err(`${where} answered ${answer.status}, expected ${status}: ${answer.body}`);
  const json = parseJson(answer.body);
  return isObject(json) ? ok(json) : err(`${where} did not answer with a JSON object: ${answer.body}`);
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A string member, or the error that says what is missing. */
export function stringOf(json: Claims, name: string): Result<string, string> {
  const value = json[name];
  return typeof value === 'string' ? ok(value) : err(`the answer has no ${name}: ${JSON.stringify(json)}`);
}
