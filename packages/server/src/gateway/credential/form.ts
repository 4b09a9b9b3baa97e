import { hasOpaqueForm } from '@countersign/core';
import { hasJwtForm, namesIssuer } from './signed-form.ts';

/**
 * Whose business a value is, by its form alone. Nothing is verified here: a value that merely looks like ours fails
 * where it is looked up, instead of reaching an upstream.
 */
export interface Forms {
  /** What tokens that we sign name as their issuer. */
  readonly issuer: string;
  /** Name of the session cookie on this host. */
  readonly cookie: string;
  /** The route takes tokens of others as they are: then every JWT is meant for us. */
  readonly foreign: boolean;
}

/** `own`: a token that we have made, or nothing. `foreign`: one that somebody else has signed. */
export type Form = 'own' | 'foreign';

/** `undefined`: it belongs to the upstream. */
export function formOf(
  value: string,
  { issuer, foreign }: Pick<Forms, 'issuer' | 'foreign'>,
): Form | undefined {
  if (hasOpaqueForm(value) || namesIssuer(value, issuer)) return 'own';
  return foreign && hasJwtForm(value) ? 'foreign' : undefined;
}
