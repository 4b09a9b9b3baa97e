import { err, ok, type Claims, type Result } from '@countersign/core';
import type { ServiceRequest } from '../http/message.ts';
import { parseBoundedObject } from '../trust/bounded-json.ts';
import { apiError } from './answer.ts';
import type { Answer } from '../http/message.ts';

const BOUNDS = { depth: 32, members: 4096 } as const;

/** The JSON object of a body within `limit` bytes, or the answer to what is none. An empty body is an empty object. */
export async function readJsonBody(request: ServiceRequest, limit: number): Promise<Result<Claims, Answer>> {
  const body = await request.body(limit);
  if (!body.ok) {
    return err(
      body.error === 'too_large'
        ? apiError(413, 'The body is larger than this endpoint accepts.')
        : apiError(400, 'The body could not be read.'),
    );
  }
  if (body.value.length === 0) return ok({});
  const type = request.header('content-type');
  if (typeof type !== 'string' || !/^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i.test(type))
    return err(apiError(400, 'Content-Type is not application/json.'));
  const document = parseBoundedObject(body.value, BOUNDS);
  return document ? ok(document) : err(apiError(400, 'The body is not a JSON object.'));
}
