/**
 * The logical names (RFC 8693 section 2.1, `audience`) under which an organization is known: the one that existing
 * clients send, and the same under our own name.
 */

const AUDIENCE = /^urn:(?:pulumi|countersign):org:([a-z0-9-]{1,40})$/;

/** The organization that an audience names, or `undefined` when it is not one of our names. */
export function parseAudience(text: string): string | undefined {
  return AUDIENCE.exec(text)?.[1];
}

/** What `aud` may hold where an issuer names no audiences of its own. The first is what hints tell callers. */
export function defaultAudiences(organization: string, serviceUrl: string): readonly string[] {
  return [`urn:pulumi:org:${organization}`, `urn:countersign:org:${organization}`, serviceUrl];
}
