import { KEYS_PATH, METADATA_PATH, type Plan, type PlannedRoute, type RouteSite, type Site } from './plan.ts';

type AnySite = Site | RouteSite;

/**
 * Envoy with `ext_authz` over HTTP, as a static configuration. Envoy finds the route before it asks, by the path as it
 * came; so the answer says which route it was given for, and a request that Envoy would send elsewhere goes nowhere.
 */
export function renderEnvoy(plan: Plan): string {
  const ports = Map.groupBy([plan.service, ...plan.sites], ({ port }) => port);
  return [
    HEAD,
    'static_resources:',
    '  listeners:',
    ...[...ports].map(([port, sites]) => listener(plan, port, sites)),
    '  clusters:',
    cluster('countersign', plan.server),
    ...plan.routes.map(({ upstream }, index) => cluster(clusterOf(index), upstream, upstream.scheme)),
  ]
    .join('\n')
    .concat('\n');
}

const HEAD = `# Printed by "countersign render envoy".
#
# Countersign decides on every request. The one that was decided on is forwarded as it came, to the upstream of the
# route that it was decided for. trusted_proxies of Countersign has to hold the address of this Envoy.`;

const clusterOf = (index: number): string => `countersign_route_${index}`;

function listener(plan: Plan, port: number, sites: readonly AnySite[]): string {
  const secure = sites.some(({ scheme }) => scheme === 'https');
  return `    - name: countersign_${port}
      address: { socket_address: { address: "${plan.listen?.replace(/[[\]]/g, '') ?? '0.0.0.0'}", port_value: ${port} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: countersign_${port}
                # The address of the client is that of the connection; what it says of itself is dropped.
                use_remote_address: true
                # The path as the client wrote it: it is decided on like that, and goes on like that.
                normalize_path: false
                merge_slashes: false
                path_with_escaped_slashes_action: KEEP_UNCHANGED
                # A name with "_" is another spelling of one with "-" to some upstreams.
                common_http_protocol_options: { headers_with_underscores_action: REJECT_REQUEST }
                upgrade_configs: [{ upgrade_type: websocket, enabled: false }]
                route_config:
                  virtual_hosts:
${sites.map((site) => virtualHost(plan, site)).join('\n')}
                http_filters:
${filters(plan)}${secure ? TLS : ''}`;
}

const TLS = `
          # Yours:
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: /etc/ssl/countersign/server.crt }
                    private_key: { filename: /etc/ssl/countersign/server.key }`;

const filters = ({
  server,
  identityHeaders,
}: Plan): string => `                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      failure_mode_allow: false
                      # Envoy looks for the route again: by what was answered, not by the path alone.
                      clear_route_cache: true
                      http_service:
                        path_prefix: /auth/envoy
                        server_uri: { uri: "http://${server.host}:${server.port}", cluster: countersign, timeout: 5s }
                        authorization_request:
                          allowed_headers:
                            # What a decision may look at. Not X-Forwarded-For: the client is named below.
                            patterns:
${[...ASKED, ...identityHeaders.map((name) => `exact: ${name}`)].map((pattern) => `                              - { ${pattern}, ignore_case: true }`).join('\n')}
                          headers_to_add:
                            - { key: x-countersign-client, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
                        authorization_response:
                          # In place of what the client sent; Countersign answers all of them, empty at the least.
                          allowed_upstream_headers:
                            patterns:
${['x-countersign-route', 'x-request-id', 'authorization', 'cookie', ...identityHeaders].map((name) => `                              - { exact: ${name}, ignore_case: true }`).join('\n')}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router`;

const ASKED = [
  'exact: authorization',
  'exact: cookie',
  'exact: origin',
  'exact: accept',
  'exact: user-agent',
  'prefix: sec-',
  'prefix: access-control-request-',
  'prefix: x-pomerium-',
  'prefix: x-countersign-',
];

/** Where nothing is asked: what Countersign answers itself. */
const UNASKED = `typed_per_filter_config:
                              envoy.filters.http.ext_authz:
                                "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                                disabled: true`;

function virtualHost({ routes, people }: Plan, site: AnySite): string {
  const head = `                    - name: "${site.authority}"
                      domains: ["${site.host}", "${site.host}:${site.port}"]
                      request_headers_to_remove: [forwarded]
                      routes:`;
  if (!('routes' in site)) return `${head}\n${SERVICE_ROUTES}`;
  const own = routes
    .map((route, index) => ({ route, index }))
    .filter(({ route }) => site.routes.includes(route.name));
  return [
    head,
    `                        # With these keys upstreams verify assertions.
${ownPath(`path: ${KEYS_PATH}`)}`,
    ...(people
      ? [
          `                        # Where people sign in, and come back to from there.
${['path: /.pomerium', 'prefix: /.pomerium/', `path: ${METADATA_PATH}`].map(ownPath).join('\n')}`,
        ]
      : []),
    ...own.map(({ route, index }) => routeEntry(route, index)),
    `                        # Until there is an answer, and without one.
                        - match: { prefix: / }
                          direct_response: { status: 404 }`,
  ].join('\n');
}

/** What the server answers itself on a host of routes, whoever asks. */
function ownPath(match: string): string {
  return `                        - match: { ${match} }
                          route: { cluster: countersign }
                          ${UNASKED}`;
}

const SERVICE_ROUTES = `                        # For proxies, not for their clients.
                        - match: { prefix: /auth/ }
                          direct_response: { status: 404 }
                          ${UNASKED}
                        - match: { prefix: / }
                          route: { cluster: countersign, timeout: 60s }
                          ${UNASKED}`;

/** `timeout` is that of a whole answer to Envoy, so that streams need none. */
function routeEntry({ name, hostHeader, allowWebsockets }: PlannedRoute, index: number): string {
  const upgrade = allowWebsockets ? ', upgrade_configs: [{ upgrade_type: websocket, enabled: true }]' : '';
  return `                        - match:
                            prefix: /
                            headers: [{ name: x-countersign-route, string_match: { exact: "${name}" } }]
                          route: { cluster: ${clusterOf(index)}, timeout: 0s, host_rewrite_literal: "${hostHeader}"${upgrade} }
                          request_headers_to_remove: [x-pomerium-authorization, x-countersign-route, x-countersign-client]`;
}

function cluster(
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  scheme: 'http' | 'https' = 'http',
): string {
  const plain = host.replace(/[[\]]/g, '');
  return `    - name: ${name}
      type: STRICT_DNS
      connect_timeout: 5s
      load_assignment:
        cluster_name: ${name}
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: "${plain}", port_value: ${port} } } }${scheme === 'https' ? upstreamTls(plain) : ''}`;
}

function upstreamTls(host: string): string {
  return `
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
          sni: "${host}"
          common_tls_context:
            validation_context:
              trusted_ca: { filename: /etc/ssl/certs/ca-certificates.crt }
              match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: "${host}" } }]`;
}
