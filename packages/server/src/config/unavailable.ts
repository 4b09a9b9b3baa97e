/**
 * Keys of later versions, by the places of `SECTIONS`. They are known by name so that whoever writes one learns that
 * it would not have held, rather than that it was mistyped. A key moves out of this list in the change that builds it.
 */
export const UNAVAILABLE: Readonly<Record<string, readonly string[]>> = {
  '': ['programmatic_redirect_domain_whitelist'],
  'identity_providers.*': ['client_secret', 'scopes'],
  'routes.*': ['identity_provider'],
  session: ['idle'],
};
