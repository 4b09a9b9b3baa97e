/**
 * Keys of later versions, by the places of `SECTIONS`. They are known by name so that whoever writes one learns that
 * it would not have held, rather than that it was mistyped. A key moves out of this list in the change that builds it.
 */
export const UNAVAILABLE: Readonly<Record<string, readonly string[]>> = {
  '': ['api_listen', 'cors_origins', 'metrics', 'programmatic_redirect_domain_whitelist', 'tls'],
  'identity_providers.*': ['client_secret', 'scopes'],
  'routes.*': [
    'allowed_origins',
    'bearer_token_format',
    'health_check',
    'identity_provider',
    'issuers',
    'load_balancing_policy',
    'rate_limit',
    'tls_client_cert_file',
    'tls_client_key_file',
    'tls_custom_ca_file',
    'tls_server_name',
    'tls_skip_verify',
  ],
  session: ['idle'],
  limits: ['connections'],
};
