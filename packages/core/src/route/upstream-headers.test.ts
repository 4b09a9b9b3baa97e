import { describe, expect, it } from 'vitest';
import { claimHeaderKeys } from './header-key.ts';
import { writableLines } from './hop-by-hop.ts';
import type { HeaderLine } from './model.ts';
import { downstreamHeaders, upstreamHeaders, type UpstreamHeadersInput } from './upstream-headers.ts';

const base: UpstreamHeadersInput = {
  headers: [],
  claimHeaders: claimHeaderKeys([{ claimHeaders: [{ header: 'X-Email', claim: 'email' }] }]),
  spentCarriers: [],
  sessionCookie: '_countersign',
  remoteAddress: '192.0.2.1',
  scheme: 'https',
  host: 'orders.example:8443',
  requestId: 'req_1',
  identity: writableLines([]),
  websocket: false,
};

const ours = [
  ['X-Forwarded-For', '192.0.2.1'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Host', 'orders.example:8443'],
  ['X-Request-Id', 'req_1'],
];

const sent = (headers: readonly HeaderLine[], changes: Partial<UpstreamHeadersInput> = {}) =>
  upstreamHeaders({ ...base, headers, ...changes });
const survivors = (headers: readonly HeaderLine[], changes: Partial<UpstreamHeadersInput> = {}) =>
  sent(headers, changes).slice(0, -ours.length);

describe('what trusted proxies say', () => {
  const lines: readonly HeaderLine[] = [
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Port', '8080'],
  ];

  it('goes on in place of what we see, and nothing that came beside it does', () => {
    const received: readonly HeaderLine[] = [
      ['X-Forwarded-For', 'as it came'],
      ['X-Forwarded-User', 'forged'],
      ['Forwarded', 'for=forged'],
    ];
    expect(sent(received, { forwarded: { for: ['192.0.2.1', '10.0.0.1'], lines } })).toEqual([
      ['X-Forwarded-For', '192.0.2.1, 10.0.0.1'],
      ['X-Forwarded-Host', 'orders.example:8443'],
      ...lines,
      ['X-Request-Id', 'req_1'],
    ]);
  });

  it('is nothing unless there are any', () => {
    expect(sent(lines)).toEqual(ours);
  });
});

describe('upstreamHeaders', () => {
  it('forwards what is not ours as it came, in order and repeated', () => {
    const headers: readonly HeaderLine[] = [
      ['accept', '*/*'],
      ['X-Custom', '1'],
      ['x-custom', '2'],
      ['Authorization', 'Bearer foreign'],
      ['Content-Length', '3'],
      ['X-Pomeriumish', 'kept'],
    ];
    expect(sent(headers)).toEqual([...headers, ...ours]);
  });

  it('says once who is calling and through what, whatever came', () => {
    const headers: readonly HeaderLine[] = [
      ['X-Forwarded-For', '203.0.113.9'],
      ['x_forwarded_for', '203.0.113.9'],
      ['X-Forwarded-Proto', 'http'],
      ['X-FORWARDED-HOST', 'evil.example'],
      ['X-Forwarded', 'for=1'],
      ['X-Forwarded-Port', '1'],
      ['Forwarded', 'for=203.0.113.9'],
      ['X-Real-IP', '203.0.113.9'],
      ['X_Real.Ip', '203.0.113.9'],
      ['X-Request-ID', 'forged'],
      ['Host', 'evil.example'],
    ];
    expect(sent(headers)).toEqual(ours);
  });

  it('removes headers of one connection and what Connection names', () => {
    const headers: readonly HeaderLine[] = [
      ['Connection', 'close, X-Secret ,, x_other'],
      ['connection', 'upgrade'],
      ['Keep-Alive', '1'],
      ['Proxy-Authenticate', 'x'],
      ['Proxy-Authorization', 'x'],
      ['Proxy-Connection', 'x'],
      ['TE', 'trailers'],
      ['Trailer', 'x'],
      ['Upgrade', 'h2c'],
      ['X-Secret', '1'],
      ['X-Other', '1'],
    ];
    expect(sent(headers)).toEqual(ours);
  });

  it('never drops the length of a body because Connection names it', () => {
    expect(
      survivors([
        ['Connection', 'content-length'],
        ['Content-Length', '3'],
      ]),
    ).toEqual([['Content-Length', '3']]);
  });

  it('does not let a length go on beside a transfer coding', () => {
    expect(
      survivors([
        ['Transfer-Encoding', 'chunked'],
        ['Content-Length', '3'],
      ]),
    ).toEqual([]);
  });

  it('lets Connection remove what came and never what we set', () => {
    const identity = writableLines([['X-Pomerium-Jwt-Assertion', 'ours']]);
    const headers: readonly HeaderLine[] = [
      ['Connection', 'x-pomerium-jwt-assertion, x-forwarded-for, x-request-id'],
      ['X-Pomerium-Jwt-Assertion', 'forged'],
    ];
    expect(sent(headers, { identity })).toEqual([...ours, ...identity]);
  });

  it('removes claim headers of every route, also where this one sends none', () => {
    expect(
      survivors([
        ['x-email', 'forged'],
        ['X_EMAIL', 'forged'],
        ['x.email', 'forged'],
      ]),
    ).toEqual([]);
  });

  it('removes exactly the carriers that held a value of ours', () => {
    const headers: readonly HeaderLine[] = [
      ['Authorization', 'token x'],
      ['Proxy-Custom', '1'],
    ];
    expect(survivors(headers, { spentCarriers: ['authorization'] })).toEqual([['Proxy-Custom', '1']]);
    expect(survivors(headers)).toEqual(headers);
  });

  it.each([
    ['a=1; _countersign=s; b=2', 'a=1; b=2'],
    ['_countersign=s', undefined],
    ['__Host-_countersign=s; a=1', 'a=1'],
    ['__Secure-_countersign=s;a=1', 'a=1'],
    ['a=1;_COUNTERSIGN=s', 'a=1'],
    ['a=1; =_countersign=s', 'a=1'],
    ['a=1; _countersign', 'a=1'],
    ['_countersign = s; a=1; _countersign_s_0badcafe=x; __Host-_countersign_n_0badcafe=y', 'a=1'],
    ['_countersign_other=s; a="b; c"', '_countersign_other=s; a="b; c"'],
    ['a=_countersign', 'a=_countersign'],
  ])('takes the session out of the cookies %j', (cookie, left) => {
    expect(survivors([['Cookie', cookie]])).toEqual(left === undefined ? [] : [['Cookie', left]]);
  });

  it('sends the Host that came only where the route preserves it', () => {
    expect(sent([], { upstreamHost: 'inner.example' })).toEqual([['Host', 'inner.example'], ...ours]);
    expect(sent([['Host', 'x']]).some(([name]) => name.toLowerCase() === 'host')).toBe(false);
  });

  it('does not forward Expect, which has been answered', () => {
    expect(survivors([['Expect', '100-continue']])).toEqual([]);
  });

  it('upgrades to a WebSocket in our words', () => {
    const headers: readonly HeaderLine[] = [
      ['Connection', 'keep-alive, Upgrade'],
      ['Upgrade', 'WebSocket, h2c'],
      ['Sec-WebSocket-Key', 'x'],
      ['Sec-WebSocket-Version', '13'],
    ];
    expect(sent(headers, { websocket: true })).toEqual([
      ['Sec-WebSocket-Key', 'x'],
      ['Sec-WebSocket-Version', '13'],
      ...ours,
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ]);
  });
});

describe('downstreamHeaders', () => {
  const options = { sessionCookie: '_countersign', websocket: false };

  it('forwards the answer without headers of the connection', () => {
    const lines: readonly HeaderLine[] = [
      ['Content-Type', 'text/plain'],
      ['Connection', 'close, x-hop'],
      ['X-Hop', '1'],
      ['Keep-Alive', 'timeout=5'],
      ['Transfer-Encoding', 'chunked'],
      ['Upgrade', 'h2'],
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', 'b=2'],
    ];
    expect(downstreamHeaders(lines, options)).toEqual([
      ['Content-Type', 'text/plain'],
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', 'b=2'],
    ]);
  });

  it.each([
    '_countersign=evil',
    '_Countersign=evil; Path=/',
    '__Host-_countersign=evil; Secure; Path=/',
    '__Secure-_countersign=evil',
    ' _countersign =evil',
    '=_countersign=evil',
    '==__host-_countersign=evil',
    '_countersign; Path=/',
    '_countersign_n_0badcafe=evil',
    '__Host-_countersign_s_0badcafe=evil; Path=/; Secure',
  ])('does not let an upstream set our session: %j', (cookie) => {
    expect(downstreamHeaders([['set-cookie', cookie]], options)).toEqual([]);
  });

  it.each(['_countersign2=x', 'x_countersign=1', 'x=_countersign', 'a=1; Path=/_countersign=1'])(
    'lets an upstream set cookies of its own: %j',
    (cookie) => {
      expect(downstreamHeaders([['Set-Cookie', cookie]], options)).toEqual([['Set-Cookie', cookie]]);
    },
  );

  it('says itself that the connection becomes a WebSocket', () => {
    const lines: readonly HeaderLine[] = [
      ['Connection', 'upgrade, x-other'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Accept', 'x'],
    ];
    expect(downstreamHeaders(lines, { ...options, websocket: true })).toEqual([
      ['Sec-WebSocket-Accept', 'x'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ]);
  });
});

describe('the trace of a request', () => {
  const came: readonly HeaderLine[] = [
    ['Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['tracestate', 'a=1'],
    ['tracestate', 'b=2'],
    ['baggage', 'user=1'],
  ];
  const of = { traceId: '0af7651916cd43dd8448eb211c80319c', parent: came[0]?.[1] ?? '' };
  const both = ['traceparent', 'tracestate'];

  it('goes on exactly as it came', () => {
    expect(survivors(came, { trace: { ...of, passes: both, sets: [] } })).toEqual(came);
  });

  it('goes no further than it could be read', () => {
    expect(survivors(came)).toEqual([['baggage', 'user=1']]);
    expect(survivors(came, { trace: { ...of, passes: ['traceparent'], sets: [] } })).toEqual([
      came[0],
      ['baggage', 'user=1'],
    ]);
  });

  it('is said anew by whoever records it, in place of all that came', () => {
    const sets: readonly HeaderLine[] = [
      ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'],
      ['baggage', 'user=2'],
    ];
    expect(survivors(came, { trace: { ...of, passes: [], sets } })).toEqual(sets);
  });

  it('stays in the house where the route removes it', () => {
    const operations = { removeRequest: both };
    const sets: readonly HeaderLine[] = [['traceparent', 'ours']];
    expect(survivors(came, { operations, trace: { ...of, passes: [], sets } })).toEqual([
      ['baggage', 'user=1'],
    ]);
  });

  it('is not what a connection names as its own', () => {
    const named: readonly HeaderLine[] = [...came, ['Connection', 'traceparent, tracestate']];
    expect(survivors(named, { trace: { ...of, passes: both, sets: [] } })).toEqual([['baggage', 'user=1']]);
  });
});
