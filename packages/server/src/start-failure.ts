import type { ConfigProblem } from './config/problem.ts';

/** Why a server did not start; nothing is left running. */
export type StartFailure =
  | { readonly kind: 'configuration'; readonly problems: readonly ConfigProblem[] }
  | { readonly kind: 'storage' | 'keys' | 'listen'; readonly message: string };
