import { KEYS_PATH, METADATA_PATH, type Plan, type PlannedRoute, type RouteSite, type Site } from './plan.ts';

/**
 * HAProxy with an action in Lua, because it has no sub-request of its own: `render haproxy` and `render haproxy-lua`
 * are two files of one configuration. Written for 2.6 and later, built with Lua as Debian's is.
 */
export function renderHaproxy(plan: Plan): string {
  const ports = Map.groupBy([plan.service, ...plan.sites], ({ port }) => port);
  return [
    HEAD,
    ...[...ports].map(([port, sites]) => frontend(plan, port, sites)),
    backend('countersign', plan.server, { hostHeader: undefined, timeout: 60 }),
    ...plan.routes.map((route, index) => routeBackend(route, index)),
  ]
    .join('\n\n')
    .concat('\n');
}

const HEAD = `# Printed by "countersign render haproxy". It needs the file that "countersign render haproxy-lua" prints:
#
# Countersign decides on every request. The one that was decided on is forwarded as it came, to the upstream of the
# route that it was decided for. trusted_proxies of Countersign has to hold the address of this HAProxy.

global
    lua-load-per-thread /etc/haproxy/countersign.lua

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h`;

type AnySite = Site | RouteSite;

const isRouteSite = (site: AnySite): site is RouteSite => 'routes' in site;

function frontend(plan: Plan, port: number, sites: readonly AnySite[]): string {
  const secure = sites.some(({ scheme }) => scheme === 'https');
  const own = sites.find((site) => !isRouteSite(site));
  const routed = sites.filter(isRouteSite);
  return [
    `frontend countersign_${port}
    bind ${plan.listen ?? '*'}:${port}${secure ? ' ssl crt /etc/haproxy/certs/' : ''}
    acl service req.hdr(host),host_only,lower -m str ${own?.host ?? 'none.invalid'}`,
    ...routed.map(
      (site, index) => `    acl site_${index} req.hdr(host),host_only,lower -m str ${site.host}
    http-request set-var(txn.countersign_site) str("${site.authority}") if site_${index}`,
    ),
    `    acl known var(txn.countersign_site) -m found
${ownPaths(plan)}
    http-request return status 404 if !service !known
    # For proxies, not for their clients.
    http-request return status 404 if service { path_beg /auth/ }

    # What a client says of itself is not what this proxy says of it.
    http-request del-header Forwarded
    http-request del-header x-forwarded- -m beg
    http-request del-header x-original- -m beg
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto ${secure ? 'https' : 'http'}
    http-request set-header X-Forwarded-Host %[var(txn.countersign_site)] if known
    http-request set-header X-Forwarded-Host ${plan.service.authority} if service

    # Asks Countersign, and answers in its place unless the answer is yes.
    http-request lua.countersign if known !own
    http-request del-header Upgrade if known !{ var(txn.countersign_upgrade) -m bool }
    use_backend countersign if service or own`,
    ...plan.routes.map(
      ({ name }, index) =>
        `    use_backend countersign_route_${index} if { var(txn.countersign_route) -m str "${name}" }`,
    ),
  ].join('\n');
}

/** What the server answers itself on a host of routes, whoever asks. */
function ownPaths({ people }: Plan): string {
  if (!people) return `    acl own path ${KEYS_PATH}`;
  return `    # Keys with which upstreams verify assertions, and where people come back to from sign-in.
    acl own path /.pomerium ${METADATA_PATH} ${KEYS_PATH}
    acl own path_beg /.pomerium/`;
}

function routeBackend({ name, upstream, hostHeader, timeout }: PlannedRoute, index: number): string {
  const tls = ` ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt sni str(${upstream.host})`;
  return `# route ${name}\n${backend(`countersign_route_${index}`, upstream, { hostHeader, timeout }, upstream.scheme === 'https' ? tls : '')}`;
}

function backend(
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  { hostHeader, timeout }: { readonly hostHeader: string | undefined; readonly timeout: number },
  tls = '',
): string {
  return `backend ${name}
    timeout server ${timeout}s${hostHeader === undefined ? '' : `\n    http-request set-header Host ${hostHeader}`}
    server one ${host}:${port}${tls}`;
}
