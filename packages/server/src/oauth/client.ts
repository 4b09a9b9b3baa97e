import { ok, type Result } from '@countersign/core';
import { malformed, requiredString, type Malformed } from '../http/parameter.ts';
import type { Parameters } from '../http/parameters.ts';

/** What a program calls itself: shown to its person, proved by nothing (RFC 8628 section 3.1, a public client). */
const CLIENT = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

export function readClient(parameters: Parameters): Result<string, Malformed> {
  const client = requiredString(parameters, 'client_id');
  if (!client.ok) return client;
  return CLIENT.test(client.value)
    ? ok(client.value)
    : malformed('client_id is not 1 to 64 printable characters');
}
