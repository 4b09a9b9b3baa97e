import { err, type RefusalCode, type Result } from '@countersign/core';
import { REPEATED, type ServiceRequest } from './message.ts';
import { parseParameters, type Parameters } from './parameters.ts';

/** Reads and parses a body of parameters: size, then media type and encoding, then syntax. */
export async function readParameters(
  request: ServiceRequest,
  limit: number,
): Promise<Result<Parameters, RefusalCode>> {
  const contentType = request.header('content-type');
  const contentEncoding = request.header('content-encoding');
  if (contentType === REPEATED || contentEncoding === REPEATED) return err('request.body');
  const body = await request.body(limit);
  if (!body.ok) return err(body.error === 'too_large' ? 'request.too_large' : 'request.body');
  return parseParameters(contentType, contentEncoding, body.value);
}
