import { ASSERTION_HEADER } from './plan.ts';

/** The assertion as its documentation writes it; claim headers as the file does, in lower case. */
export function spelled(header: string): string {
  return header === ASSERTION_HEADER ? 'X-Pomerium-Jwt-Assertion' : header;
}
