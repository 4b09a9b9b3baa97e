import { request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HealthCheck, UpstreamTarget, UpstreamTls } from '@countersign/core';
import { bare, serverName, tlsOptions } from './upstreams-connect.ts';

/**
 * One check of one target, on a connection of its own that ends with it: whether the target takes connections is part of
 * the question. It says nothing of anybody: no token, no assertion, no header of a request.
 */

/** Milliseconds until the head of the answer has to be there. */
const CHECK_TIMEOUT = 5_000;

/** Calls `done` once: with what is wrong, or nothing. What comes back ends the check; then it is not called. */
export function probe(
  target: UpstreamTarget,
  tls: UpstreamTls | undefined,
  check: HealthCheck,
  done: (fault: string | undefined) => void,
  patience = CHECK_TIMEOUT,
): () => void {
  let isOver = false;
  const end = (): void => {
    isOver = true;
    clearTimeout(timer);
    asked.destroy();
  };
  const finish = (fault: string | undefined): void => {
    if (isOver) return;
    end();
    done(fault);
  };
  const asked = ask(target, tls, check);
  const timer = setTimeout(() => finish('no answer in time'), patience).unref();
  asked
    .on('response', ({ statusCode = 0 }) => finish(isGood(statusCode) ? undefined : `status ${statusCode}`))
    // One that switches protocols unasked would otherwise only close.
    .on('upgrade', () => finish('status 101'))
    .on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.name))
    .on('close', () => finish('no answer'));
  return end;
}

function isGood(status: number): boolean {
  return status >= 200 && status < 400;
}

function ask(target: UpstreamTarget, tls: UpstreamTls | undefined, check: HealthCheck): ClientRequest {
  const { scheme, host, port, socketPath } = target;
  const isDefault = port === (scheme === 'https' ? 443 : 80);
  const options: RequestOptions = {
    method: 'GET',
    path: check.path,
    headers: {
      host: check.host ?? (isDefault ? host : `${host}:${port}`),
      'user-agent': 'countersign-health-check',
      connection: 'close',
    },
    agent: false,
    ...(socketPath === undefined ? { host: bare(host), port } : { socketPath }),
  };
  const asked =
    scheme === 'https'
      ? httpsRequest({ ...options, ...tlsOptions(tls), servername: serverName(target, tls) })
      : httpRequest(options);
  asked.end();
  return asked;
}
