/**
 * Expected failures are values: a function that can refuse says so in its type, and the caller cannot forget to look.
 * Exceptions are left for faults (bugs, a broken disk); no module of `core` throws for bad input.
 */

/** Either a value or the reason why there is none. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** An expected failure. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/**
 * Something wrong in a document that a person wrote. `path` leads from the root of that document to the fault
 * (object keys and array indexes), so that whoever knows the text can turn it into file, line and column.
 */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
