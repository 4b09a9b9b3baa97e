import type { IncomingMessage } from 'node:http';
import type { HeaderLine } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { ALICE, ANYBODY, fixture, route } from '../testing/fixture.ts';
import { createForwardAuth } from './index.ts';

/** `rate_limit` and `allowed_origins` hold for proxies that ask as they do for requests that come to us. */

const bearer: HeaderLine = ['Authorization', `Bearer ${ALICE}`];

function asking(over: Parameters<typeof route>[0]) {
  const fx = fixture([route(over, ANYBODY)]);
  Object.assign(fx.deps.snapshot().settings, { trustedProxies: () => true });
  const forwardAuth = createForwardAuth(fx.deps);
  const ask = async (url: string, lines: readonly HeaderLine[]) => {
    const described: readonly HeaderLine[] = [
      ['Host', 'cs.example'],
      ['X-Original-Method', 'GET'],
      ['X-Original-URL', 'https://app.example/'],
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'app.example'],
      ['X-Forwarded-Uri', '/'],
      ['X-Forwarded-For', '192.0.2.7'],
    ];
    const rawHeaders = [...described, ...lines].flat();
    const incoming = { method: 'GET', url, rawHeaders, socket: { remoteAddress: '10.0.0.1' } };
    const answer = await forwardAuth.answer(incoming as unknown as IncomingMessage, 'service');
    return [answer?.status, answer?.headers['retry-after']] as const;
  };
  return { ...fx, ask };
}

describe('a proxy that asks', () => {
  it.each([
    ['/auth/nginx', 403],
    ['/auth/forward', 429],
  ])('at %s uses the share of the caller that is also used at the gateway', async (url, status) => {
    const { ask, deps } = asking({ rateLimit: { requests: 2, per: 60_000 } });
    const head = { method: 'GET', target: '/', headers: [bearer], remoteAddress: '192.0.2.1' };
    await decide(deps, { head, host: 'app.example', port: undefined, websocket: false });
    expect(await ask(url, [bearer])).toEqual([200, undefined]);
    expect(await ask(url, [bearer])).toEqual([status, '30']);
  });

  it('about a WebSocket is told no where the page may not open it', async () => {
    const { ask } = asking({ allowedOrigins: ['https://pages.example'] });
    const handshake = (origin: string): readonly HeaderLine[] => [
      bearer,
      ['Sec-WebSocket-Key', 'x'],
      ['Origin', origin],
    ];
    expect(await ask('/auth/forward', handshake('https://pages.example'))).toEqual([200, undefined]);
    expect(await ask('/auth/forward', handshake('https://evil.example'))).toEqual([403, undefined]);
    expect(await ask('/auth/forward', [bearer, ['Origin', 'https://evil.example']])).toEqual([
      200,
      undefined,
    ]);
  });
});
