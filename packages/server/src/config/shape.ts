import { isObject, type Json, type Problem, type Result } from '@countersign/core';
import type * as z from 'zod';
import type { Config } from './model.ts';
import { nearest } from './nearest.ts';
import { kindOf } from './problem.ts';
import { configSchema, SECTIONS } from './schema.ts';

/**
 * The shape of the file: which keys, of which types. Turns the schema's findings into problems in the words of the
 * file; no message repeats a value.
 */

/** A problem, and whether it is the key that is wrong rather than the value behind it. */
export interface ShapeProblem extends Problem {
  readonly part: 'key' | 'value';
}

export function checkShape(value: Json): Result<Config, readonly ShapeProblem[]> {
  // Read once a start: a parser compiled for it (`new Function`) would take longer to compile than to be done without.
  const parsed = configSchema.safeParse(value, { jitless: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, error: parsed.error.issues.flatMap((issue) => problemsOf(value, issue)) };
}

function problemsOf(root: Json, issue: z.core.$ZodIssue): readonly ShapeProblem[] {
  // YAML keys are text; the schema has no symbols.
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(path, key), part: 'key' }));
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? issue.message, part: 'key' }];
    case 'invalid_type':
      return [{ path, message: wrongType(issue, valueAt(root, path)), part: 'value' }];
    case 'invalid_value':
      return [{ path, message: `expected ${oneOf(issue.values)}`, part: 'value' }];
    default:
      return [{ path, message: issue.message, part: 'value' }];
  }
}

function unknownKey(path: Problem['path'], key: string): string {
  const section = path.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
  const near = nearest(key, SECTIONS[section] ?? []);
  return near === undefined ? 'unknown key' : `unknown key (did you mean ${near}?)`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function wrongType(issue: z.core.$ZodIssueInvalidType, found: Json | undefined): string {
  const expected = TYPES[issue.expected];
  // A schema that knows better (a list where one value is meant, say) has put it into its own words.
  if (expected === undefined || !issue.message.startsWith('Invalid input')) return issue.message;
  return `expected ${expected}, got ${kindOf(found)}`;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.map(String);
  return names.length === 1 ? names.join('') : `one of ${names.join(', ')}`;
}

/** The value at a path of the document, if there is one. */
export function valueAt(root: Json, path: Problem['path']): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (typeof step === 'number')
      value = Array.isArray(value) ? (value[step] as Json | undefined) : undefined;
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
