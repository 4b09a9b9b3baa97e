import { err, ok } from '@countersign/core';
import { theOne, type Dialect } from './model.ts';

/**
 * `auth_request` of nginx. A subrequest describes nothing by itself: `X-Original-Method` and `X-Original-URL` are what
 * `render nginx` configures. Any answer but 2xx, 401 and 403 is a fault to nginx, and a 500 to its client: a request that
 * is not let through, for whatever reason of its own, is a 403 here, and one that leads to sign-in is a 401 with the
 * address, which `render nginx` makes a redirect of.
 */
export const nginx: Dialect = {
  name: 'nginx',
  host: 'service',
  takes: (path) => path === '/auth/nginx',
  read: ({ headers }) => {
    const method = theOne(headers, 'x-original-method');
    const url = theOne(headers, 'x-original-url') ?? '';
    const [, authority, target] = /^https?:\/\/([^/?#@\\\s]+)(\/.*)$/.exec(url) ?? [];
    if (method === undefined || authority === undefined || target === undefined)
      return err('expected X-Original-Method and X-Original-URL, each once');
    return ok({ method, target, authority });
  },
  statusOf: (status) => {
    if (status === 302) return 401;
    return [400, 404, 429].includes(status) ? 403 : status;
  },
};
