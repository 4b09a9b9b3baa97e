import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';

/**
 * A signed token taken apart for reading (RFC 7515 section 7.1). Reading is generous where the server is strict: a
 * person wants to see what is in a token that is refused. Nothing here is verified, and nothing goes anywhere.
 */
export interface DecodedToken {
  readonly header: Claims;
  readonly claims: Claims;
  /** `header.payload`, as it was signed. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** The parts of a compact JWS, or in words why it is none. */
export function decodeToken(text: string): Result<DecodedToken, string> {
  const known = FOREIGN.find(({ form }) => form.test(text));
  if (known) return err(known.said);
  const parts = text.split('.', 6);
  if (parts.length === 5)
    return err('this is an encrypted token (JWE): only whoever holds its key can read it.');
  const [head = '', body = '', tail = ''] = parts;
  if (parts.length !== 3)
    return err('this is no token: a signed one has three parts with a dot between them.');
  const header = objectOf(head);
  if (!header) return err('this is no token: its first part is not base64url of a JSON object.');
  const claims = objectOf(body);
  if (!claims) return err('this is no token: its second part is not base64url of a JSON object.');
  return ok({ header, claims, signingInput: `${head}.${body}`, signature: Buffer.from(tail, 'base64url') });
}

/** What people paste instead of an identity token. The value itself is never repeated. */
const FOREIGN: readonly { readonly form: RegExp; readonly said: string }[] = [
  { form: /^\*+$/, said: 'this is what a CI log shows in place of a secret, not the token.' },
  { form: /^(?:gh[opsur]_|github_pat_)/, said: 'this is an API token of GitHub, not an identity token.' },
  { form: /^gl[a-z]{2,8}-/, said: 'this is an API token of GitLab, not an identity token.' },
  { form: /^pul-/, said: 'this is an access token of Pulumi Cloud, not an identity token.' },
];

function objectOf(part: string): Claims | undefined {
  try {
    const json = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Json;
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
