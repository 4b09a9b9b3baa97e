import type { ServiceRequest } from './message.ts';

/**
 * Whether a change comes from a page of this service: the whole guard against request forgery, in place of tokens in
 * forms. `Origin` is written by the browser alone (Fetch section 3.1). `SameSite` would not do: a page on a sibling
 * subdomain is the same site, and not us. A request without `Origin`, with two, or with `null` is refused: no browser
 * sends these with a form of ours.
 */
export function isSameOrigin(request: Pick<ServiceRequest, 'header'>, url: string): boolean {
  return request.header('origin') === new URL(url).origin;
}
