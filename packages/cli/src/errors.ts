import type { Result } from '@countersign/core';

/**
 * How a command can end otherwise than well, and the one table of exit codes. Commands return these; only a fault in
 * the program itself throws, and ends with 1.
 */

export interface CliFailure {
  readonly kind:
    | 'usage'
    | 'configuration'
    | 'refused'
    | 'no_credential'
    | 'network'
    | 'server_error'
    | 'check_failed';
  /** One sentence for a person. Never holds a token. */
  readonly message: string;
  /** Further lines: hints, the decision id, each problem of a configuration. */
  readonly details?: readonly string[];
}

/** How a command ended. */
export type Outcome = Result<void, CliFailure>;

export const EXIT_OK = 0;
export const EXIT_UNEXPECTED = 1;
export const EXIT_USAGE = 2;
export const EXIT_INTERRUPTED = 130;

export function exitCodeOf(kind: CliFailure['kind']): number {
  switch (kind) {
    case 'usage':
    case 'configuration':
      return EXIT_USAGE;
    case 'refused':
      return 3;
    case 'no_credential':
      return 4;
    case 'network':
      return 5;
    case 'server_error':
      return 6;
    case 'check_failed':
      return 7;
  }
}

/** The common failure: a flag is missing or makes no sense. */
export function usage(message: string, ...details: readonly string[]): CliFailure {
  return { kind: 'usage', message, details };
}
