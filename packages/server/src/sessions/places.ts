/** Where in storage the secrets of a session are kept: what is sealed for one row and column opens in no other. */

export function refreshTokenPlace(session: string): string {
  return `session:${session}:refresh_token`;
}

export function idTokenPlace(session: string): string {
  return `session:${session}:id_token`;
}
