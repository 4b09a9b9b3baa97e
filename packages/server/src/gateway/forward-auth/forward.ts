import { err, ok } from '@countersign/core';
import { theOne, type Dialect } from './model.ts';

/**
 * ForwardAuth of Traefik and `forward_auth` of Caddy: a GET that describes the request in `X-Forwarded-*`. Any answer
 * but 2xx goes to the client as it is, status, challenge and body.
 */
export const forward: Dialect = {
  name: 'forward',
  host: 'service',
  takes: (path) => path === '/auth/forward',
  read: ({ headers }) => {
    const method = theOne(headers, 'x-forwarded-method');
    const authority = theOne(headers, 'x-forwarded-host');
    const target = theOne(headers, 'x-forwarded-uri');
    if (method === undefined || authority === undefined || target?.startsWith('/') !== true)
      return err('expected X-Forwarded-Method, X-Forwarded-Host and X-Forwarded-Uri, each once');
    return ok({ method, target, authority });
  },
  statusOf: (status) => status,
};
