/** One refusal of the catalogue. */
export interface Entry {
  /** HTTP status at the token endpoint and the gateway (`/api/v1/token` answers 401 for every fault of the token). */
  readonly status: number;
  /** RFC 6749 / RFC 6750 / RFC 8707 error value, where the edge speaks OAuth. */
  readonly error: string;
  readonly description: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** For the page of this code: what happened, and what to do, one sentence each. */
  readonly cause: string;
  readonly fix: string;
}

export const entry = (
  status: number,
  error: string,
  description: string,
  cause: string,
  fix: string,
  retryable = false,
): Entry => ({ status, error, description, retryable, cause, fix });
