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

/** Caddy with `forward_auth`, as a Caddyfile. Written for 2.6 and later. */
export function renderCaddy(plan: Plan): string {
  return [HEAD, service(plan), ...plan.sites.map((site) => routeSite(plan, site))].join('\n\n').concat('\n');
}

const HEAD = `# Printed by "countersign render caddy". Import it into a Caddyfile, or use it as one.
#
# Countersign decides on every request. The one that was decided on is forwarded as it came, to the upstream of the
# route that it was decided for. trusted_proxies of Countersign has to hold the address of this Caddy.`;

function siteHead({ listen }: Plan, { scheme, host, port }: Site): string {
  return `${scheme}://${host}:${port} {${listen === undefined ? '' : `\n\tbind ${listen}`}`;
}

const addressOf = ({ server: { host, port } }: Plan): string => `${host}:${port}`;

function service(plan: Plan): string {
  return `# The service itself: tokens, keys, the API.
${siteHead(plan, plan.service)}
	route {
		# For proxies, not for their clients.
		@proxies path /auth /auth/*
		respond @proxies 404
		reverse_proxy ${addressOf(plan)} {
			header_up -Forwarded
		}
	}
}`;
}

function routeSite(plan: Plan, site: RouteSite): string {
  const { identityHeaders, routes } = plan;
  const copied = [
    'X-Countersign-Route',
    'X-Request-Id',
    'Authorization',
    'Cookie',
    ...identityHeaders.map(spelled),
  ];
  return `# ${site.routes.length === 1 ? 'Route' : 'Routes'} ${site.routes.join(', ')}
${siteHead(plan, site)}
	# In this order, which is not Caddy's.
	route {
${plan.people ? ownPaths(plan) : keys(plan)}
		handle {
			# Asks Countersign, without the body. Caddy describes the request in X-Forwarded-*, whatever the client sent.
			forward_auth ${addressOf(plan)} {
				# The question mark: without it the query of the client would become that of the question.
				uri /auth/forward${questionQuery(plan) || '?'}
				header_up Host ${plan.service.authority}
				header_up -Forwarded
				# A question is no WebSocket, even when the request is to become one.
				header_up -Connection
				header_up -Upgrade
				# In place of what the client sent. Authorization and Cookie: never a token or a session of ours; what
				# Countersign gives back is somebody else's, or nothing.
				copy_headers ${copied.join(' ')}
			}
			@empty header Authorization ""
			request_header @empty -Authorization
			@cookieless header Cookie ""
			request_header @cookieless -Cookie
			request_header -X-Pomerium-Authorization
			request_header -Forwarded
			request_header X-Real-IP {remote_host}

			# By the route that Countersign answered, never by the path as Caddy reads it.
${routes
  .filter(({ name }) => site.routes.includes(name))
  .map(routeHandler)
  .join('\n')}
			respond 500
		}
	}
}`;
}

/** What the server answers itself on a host of routes, whoever asks. */
function keys(plan: Plan): string {
  return `		# With these keys upstreams verify assertions.
		@keys path ${KEYS_PATH}
		handle @keys {
			rewrite * ${KEYS_PATH}
			reverse_proxy ${addressOf(plan)} {
				header_up -Forwarded
			}
		}`;
}

function ownPaths(plan: Plan): string {
  return `		# Keys with which upstreams verify assertions, and where people come back to from sign-in.
		@countersign path /.pomerium /.pomerium/* ${METADATA_PATH} ${KEYS_PATH}
		handle @countersign {
			reverse_proxy ${addressOf(plan)} {
				header_up -Forwarded
			}
		}`;
}

function routeHandler(
  { name, upstream, hostHeader, allowWebsockets, timeout }: PlannedRoute,
  index: number,
): string {
  const { scheme, host, port } = upstream;
  return `			@route_${index} header X-Countersign-Route ${name}
			handle @route_${index} {${allowWebsockets ? '' : '\n\t\t\t\trequest_header -Upgrade'}
				request_header -X-Countersign-Route
				reverse_proxy ${scheme}://${host}:${port} {
					header_up Host ${hostHeader}
					transport http {
						response_header_timeout ${timeout}s
					}
					flush_interval -1
				}
			}`;
}
