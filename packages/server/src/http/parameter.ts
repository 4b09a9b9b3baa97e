import { err, ok, type Json, type RefusalCode, type Result } from '@countersign/core';
import type { Parameters } from './parameters.ts';

/** Reading single parameters: a repeated one is refused by name, since choosing one of two is guessing (RFC 6749 3.2). */

/** What is wrong with the parameters; the hint names the parameter, never its value. */
export interface Malformed {
  readonly code: RefusalCode;
  readonly hint: readonly string[];
}

/** The one value of a string parameter; `undefined` when absent. */
export function optionalString(parameters: Parameters, name: string): Result<string | undefined, Malformed> {
  const value = single(parameters, name);
  if (!value.ok) return value;
  if (value.value === undefined || typeof value.value === 'string') return ok(value.value);
  return malformed(`${name} is not a string`);
}

/** The one value of a parameter that has to be there. An empty value is treated as omitted (RFC 6749 section 3.2). */
export function requiredString(parameters: Parameters, name: string): Result<string, Malformed> {
  const value = optionalString(parameters, name);
  if (!value.ok) return value;
  return value.value === undefined || value.value === '' ? malformed(`${name} is missing`) : ok(value.value);
}

/** The one value, whatever its type. */
export function single(parameters: Parameters, name: string): Result<Json | undefined, Malformed> {
  const values = parameters.values.get(name) ?? [];
  return values.length > 1 ? malformed(`${name} is repeated`) : ok(values[0]);
}

/**
 * The values of a parameter that may come several times (RFC 8707 section 2); empty ones count as omitted. `undefined`
 * when one is no string.
 */
export function strings(parameters: Parameters, name: string): readonly string[] | undefined {
  const values = parameters.values.get(name);
  if (values === undefined) return NONE;
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length === values.length ? texts.filter((text) => text !== '') : undefined;
}

const NONE: readonly string[] = [];

export function malformed(hint: string): { readonly ok: false; readonly error: Malformed } {
  return err({ code: 'request.parameter', hint: [hint] });
}
