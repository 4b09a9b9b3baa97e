import { isIP } from 'node:net';
import { err, ok } from '@countersign/core';
import { theOne, type Dialect } from './model.ts';

const PREFIX = '/auth/envoy';

/** The address of the client, which `render envoy` has Envoy add to a check. Its own `X-Forwarded-For` names Envoy. */
const CLIENT = 'x-countersign-client';

/**
 * `ext_authz` of Envoy over HTTP: the request itself, without its body, below a path prefix. Envoy keeps the authority
 * that its client asked for, so a check arrives on the host of a route.
 */
export const envoy: Dialect = {
  name: 'envoy',
  host: 'asked',
  takes: (path) => path.startsWith(`${PREFIX}/`),
  describing: CLIENT,
  read: ({ method, target, authority, headers }) => {
    const client = theOne(headers, CLIENT);
    if (client === undefined || isIP(client) === 0)
      return err('expected the address of the client in X-Countersign-Client, once');
    return ok({ method, target: target.slice(PREFIX.length), authority, client });
  },
  statusOf: (status) => status,
};
