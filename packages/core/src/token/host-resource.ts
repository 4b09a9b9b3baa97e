/**
 * A host as a resource of a token: what a browser holds for one host opens every route of it, and no other host. No
 * request can name it, since it is no URL: only a session gives such a token.
 */
const SCHEME = 'host:';

/** `host` in lower case, without port. */
export function hostResource(host: string): string {
  return `${SCHEME}${host}`;
}

/** What an audience calls it: hosts by their bare name, everything else as it is. */
export function audienceOf(resource: string): string {
  return resource.startsWith(SCHEME) ? resource.slice(SCHEME.length) : resource;
}
