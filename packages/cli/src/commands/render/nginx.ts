import {
  KEYS_PATH,
  METADATA_PATH,
  questionQuery,
  type Plan,
  type PlannedRoute,
  type RouteSite,
  type Site,
} from './plan.ts';
import { spelled } from './spelled.ts';

/** nginx with `auth_request`, for the `http` context. Written for 1.18 and later. */
export function renderNginx(plan: Plan): string {
  return [HEAD, upstreams(plan), maps(plan), service(plan), ...plan.sites.map((site) => server(plan, site))]
    .join('\n\n')
    .concat('\n');
}

const HEAD = `# Printed by "countersign render nginx". Include it in the http context, for instance from /etc/nginx/conf.d/.
#
# Countersign decides on every request. The one that was decided on is forwarded as it came, to the upstream of the
# route that it was decided for. trusted_proxies of Countersign has to hold the address of this nginx.`;

function upstreams({ server: { host, port }, routes }: Plan): string {
  const groups = routes.map(({ name, upstream }, index) =>
    group(groupOf(index), `${upstream.host}:${upstream.port}`, `# route ${name}\n`),
  );
  return [group('countersign', `${host}:${port}`, ''), ...groups].join('\n\n');
}

/** Keep-alive: without it every question costs a connection. */
function group(name: string, address: string, comment: string): string {
  return `${comment}upstream ${name} {
    server ${address};
    keepalive 32;
}`;
}

const groupOf = (index: number): string => `countersign_route_${index}`;

/** Regular expressions, because nginx compares other keys without regard to case. */
function maps({ routes }: Plan): string {
  const row = ({ name }: PlannedRoute, value: string): string =>
    `    "~^${name.replaceAll('.', '\\.')}$" ${value};`;
  const map = (variable: string, rows: readonly string[]): string =>
    [`map $countersign_route $countersign_${variable} {`, '    default "";', ...rows, '}'].join('\n');
  return [
    '# By the route that Countersign answered. An unknown one has no upstream, and nginx answers 500.',
    map(
      'upstream',
      routes.map((route, index) => row(route, `${route.upstream.scheme}://${groupOf(index)}`)),
    ),
    map(
      'host',
      routes.map((route) => row(route, route.hostHeader)),
    ),
    map(
      'name',
      routes.map((route) => row(route, route.upstream.host)),
    ),
    map(
      'upgrade',
      routes
        .filter(({ allowWebsockets }) => allowWebsockets)
        .map((route) => row(route, '$countersign_websocket')),
    ),
    `map $http_upgrade $countersign_websocket {
    default "";
    "~*^websocket$" websocket;
}`,
    `# Empty: the connection to the upstream is kept.
map $countersign_upgrade $countersign_connection {
    default upgrade;
    "" "";
}`,
  ].join('\n');
}

function listening({ listen }: Plan, { scheme, host, port }: Site): string {
  const address = listen === undefined ? '' : `${listen}:`;
  const tls =
    scheme === 'http'
      ? ''
      : `
    # Yours:
    ssl_certificate /etc/ssl/countersign/${host}.crt;
    ssl_certificate_key /etc/ssl/countersign/${host}.key;`;
  return `listen ${address}${port}${scheme === 'https' ? ' ssl' : ''};
    server_name ${host};${tls}

    # nginx gives the first server what names none: that must not be decided on as a request for this host.
    if ($host != "${host}") {
        return 404;
    }`;
}

function service(plan: Plan): string {
  return `# The service itself: tokens, keys, the API.
server {
    ${listening(plan, plan.service)}

    # For proxies, not for their clients.
    location ^~ /auth/ {
        return 404;
    }

    location / {
        proxy_pass http://countersign;
        client_max_body_size 64m;
${plan.people ? BUFFERS : ''}${proxying(plan.service.authority, plan.service)}
    }
}`;
}

/** What every request to Countersign itself has in common. */
function proxying(host: string, { authority, scheme }: Site): string {
  return `        proxy_http_version 1.1;
        proxy_set_header Host "${host}";
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto ${scheme};
        proxy_set_header X-Forwarded-Host "${authority}";
        proxy_set_header Forwarded "";`;
}

function server(plan: Plan, site: RouteSite): string {
  return `# ${site.routes.length === 1 ? 'Route' : 'Routes'} ${site.routes.join(', ')}
server {
    ${listening(plan, site)}

    # Asks Countersign. The path is one that no route can have, so that none is hidden by it.
    location = /.pomerium/check {
        internal;
        proxy_pass http://countersign/auth/nginx${questionQuery(plan)};
        # What was asked for, as nginx read it: the host from this file, the path as the client wrote it.
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL "${site.scheme}://${site.authority}$request_uri";
        # The body waits until the answer is yes.
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        # It is none of this question's, and nginx would measure it here too.
        client_max_body_size 0;
${BUFFERS}${proxying(plan.service.authority, site)}
    }

    # With these keys upstreams verify assertions.
    location = ${KEYS_PATH} {
        proxy_pass http://countersign${KEYS_PATH};
${proxying(site.authority, site)}
    }

${plan.people ? `${signIn(site)}\n\n` : ''}${forwarding(plan, site)}
}`;
}

/** The head of an answer has to fit into one buffer; nginx answers 502 in place of one that does not. */
const BUFFERS = `        # Room for an assertion, or for a sign-in under way.
        proxy_buffer_size 32k;
        proxy_buffers 4 32k;
        proxy_busy_buffers_size 64k;
`;

/**
 * \`auth_request\` understands no redirect: a 401 with an address is one. Whatever else is refused with 401 stays so, with
 * its challenge, which nginx has taken from the answer.
 */
function signIn(site: Site): string {
  return `    # Where people sign in, and come back to from there. No URI behind it: Countersign reads the path itself.
    location ^~ /.pomerium/ {
        proxy_pass http://countersign;
${BUFFERS}${proxying(site.authority, site)}
    }
    location = ${METADATA_PATH} {
        proxy_pass http://countersign${METADATA_PATH};
${proxying(site.authority, site)}
    }

    # Nobody is there. A page that was opened leads to sign-in; everything else stays refused.
    location @countersign_sign_in {
        if ($countersign_location = "") {
            return 401;
        }
        add_header X-Request-Id $countersign_request_id always;
        add_header Set-Cookie $countersign_set_cookie always;
        add_header Cache-Control no-store always;
        return 302 $countersign_location;
    }`;
}

function forwarding(
  { identityHeaders, routes, people }: Plan,
  { scheme, authority, routes: names }: RouteSite,
): string {
  const here = routes.filter(({ name }) => names.includes(name));
  const timeout = Math.max(...here.map((route) => route.timeout));
  const variables = identityHeaders.map((header) => [header, header.replaceAll('-', '_')] as const);
  const isSecure = here.some(({ upstream }) => upstream.scheme === 'https');
  return `    location / {
        auth_request /.pomerium/check;
        auth_request_set $countersign_route $upstream_http_x_countersign_route;
        auth_request_set $countersign_request_id $upstream_http_x_request_id;
        auth_request_set $countersign_authorization $upstream_http_authorization;
        auth_request_set $countersign_cookie $upstream_http_cookie;
${variables.map(([, name]) => `        auth_request_set $countersign_header_${name} $upstream_http_${name};`).join('\n')}
${people ? LEADING : ''}        # The decision id, with which an administrator finds out why.
        add_header X-Request-Id $countersign_request_id always;

        # No URI behind it: the target goes on as the client wrote it, which is what was decided on.
        proxy_pass $countersign_upstream;
        proxy_redirect off;
        proxy_http_version 1.1;
        proxy_read_timeout ${timeout}s;
        # Streams, both ways; bodies of any size.
        client_max_body_size 0;
        proxy_request_buffering off;
        proxy_buffering off;
        proxy_ignore_headers X-Accel-Redirect;
${isSecure ? TLS : ''}
        proxy_set_header Host $countersign_host;
        proxy_set_header Upgrade $countersign_upgrade;
        proxy_set_header Connection $countersign_connection;
        # Never a token or a session of ours: what Countersign gives back is somebody else's, or nothing.
        proxy_set_header Authorization $countersign_authorization;
        proxy_set_header Cookie $countersign_cookie;
        proxy_set_header X-Pomerium-Authorization "";
        # Who is asking, from Countersign alone. What is empty is not sent, whatever the client sent.
${variables.map(([header, name]) => `        proxy_set_header ${spelled(header)} $countersign_header_${name};`).join('\n')}
        proxy_set_header X-Request-Id $countersign_request_id;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto ${scheme};
        proxy_set_header X-Forwarded-Host "${authority}";
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Forwarded "";
    }`;
}

const LEADING = `        auth_request_set $countersign_location $upstream_http_location;
        auth_request_set $countersign_set_cookie $upstream_http_set_cookie;
        error_page 401 = @countersign_sign_in;
`;

const TLS = `        # The certificate of an https upstream is verified.
        proxy_ssl_verify on;
        proxy_ssl_server_name on;
        proxy_ssl_name $countersign_name;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
`;
