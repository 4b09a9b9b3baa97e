import { err, ok, type Claims, type Result } from '@countersign/core';
import type { ZodType } from 'zod';
import { formatPath } from '../config/problem.ts';
import type { ServiceRequest } from '../http/message.ts';
import { parseBoundedObject } from '../trust/bounded-json.ts';
import { apiError } from './answer.ts';
import type { Answer } from '../http/message.ts';
import type { ApiCall } from './operation.ts';

const BOUNDS = { depth: 32, members: 4096 } as const;

/** A list of some thousand policies. */
const DOCUMENT_BOUNDS = { depth: 32, members: 200_000 } as const;

/**
 * The body as its schema says, or the answer that names the member at fault. What the schema does not know is refused
 * by it: a member that were ignored could be the one that was to narrow something.
 */
export async function readBodyAs<T>(
  { request }: ApiCall,
  limit: number,
  schema: ZodType<T>,
): Promise<Result<T, Answer>> {
  const body = await readJsonBody(request, limit, DOCUMENT_BOUNDS);
  if (!body.ok) return body;
  const parsed = schema.safeParse(body.value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const path = formatPath((issue?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key))));
  return err(apiError(400, `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not what is expected'}`));
}

/** The JSON object of a body within `limit` bytes, or the answer to what is none. An empty body is an empty object. */
export async function readJsonBody(
  request: ServiceRequest,
  limit: number,
  bounds: { readonly depth: number; readonly members: number } = BOUNDS,
): Promise<Result<Claims, Answer>> {
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
  const document = parseBoundedObject(body.value, bounds);
  return document ? ok(document) : err(apiError(400, 'The body is not a JSON object.'));
}
