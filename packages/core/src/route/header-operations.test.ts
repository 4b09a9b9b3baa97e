import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  headerOperationFaults,
  MAX_HEADER_OPERATIONS,
  operatedLines,
  type HeaderOperations,
} from './header-operations.ts';
import { headerKey } from './header-key.ts';
import { writableLines } from './hop-by-hop.ts';
import { downstreamHeaders, upstreamHeaders } from './upstream-headers.ts';

const claimHeaders = new Set(['x-email']);

const faults = (operations: HeaderOperations) =>
  headerOperationFaults(operations, claimHeaders).map(({ path, message }) => `${path.join('.')}: ${message}`);

const TAKEN = 'this header has a meaning of its own';

describe('names of headers', () => {
  it.each([
    'X-Pomerium-Jwt-Assertion',
    'x-pomerium-claim-email',
    'X-Countersign-User',
    'X-Email',
    'x-email',
    'Connection',
    'Keep-Alive',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
    'Content-Length',
    'Host',
    'Cookie',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Whatever',
    'X-Real-IP',
    'X-Request-Id',
    'Proxy-Authorization',
  ])('%s of a request is neither set nor removed', (name) => {
    expect(faults({ setRequest: { [name]: 'x' } })).toEqual([`set_request_headers.${name}: ${TAKEN}`]);
    expect(faults({ removeRequest: [name] })).toEqual([`remove_request_headers.0: ${TAKEN}`]);
  });

  it.each([
    'Set-Cookie',
    'Content-Length',
    'Content-Encoding',
    'Transfer-Encoding',
    'Connection',
    'X-Request-Id',
  ])('%s of a response is not set', (name) => {
    expect(faults({ setResponse: { [name]: 'x' } })).toEqual([`set_response_headers.${name}: ${TAKEN}`]);
  });

  it.each(['', 'a b', 'a\r\nb', 'a:b', 'X_Pomerium_Jwt_Assertion', 'x.email', 'é', 'x'.repeat(129)])(
    '%j is none',
    (name) => {
      const message = 'expected a header name of letters, digits and "-"';
      expect(faults({ setRequest: { [name]: 'x' } })).toEqual([`set_request_headers.${name}: ${message}`]);
      expect(faults({ removeRequest: [name] })).toEqual([`remove_request_headers.0: ${message}`]);
      expect(faults({ setResponse: { [name]: 'x' } })).toEqual([`set_response_headers.${name}: ${message}`]);
    },
  );

  it('stand once, and on one side', () => {
    expect(faults({ setRequest: { 'X-A': '1', 'x-a': '2' } })).toEqual([
      'set_request_headers.x-a: expected each header once, whatever its case',
    ]);
    expect(faults({ setRequest: { 'X-A': '1' }, removeRequest: ['x-a'] })).toEqual([
      'remove_request_headers.0: excludes set_request_headers of the same name',
    ]);
  });

  it('are 64 in a list at most', () => {
    const names = Array.from({ length: MAX_HEADER_OPERATIONS + 1 }, (_, index) => `X-${index}`);
    expect(faults({ removeRequest: names.slice(1) })).toEqual([]);
    expect(faults({ removeRequest: names })).toEqual(['remove_request_headers: expected at most 64 headers']);
  });

  it('of any other sort are free', () => {
    const operations = {
      setRequest: { Authorization: 'Basic eDp5', 'X-Api-Version': '2' },
      removeRequest: ['Referer'],
      setResponse: { 'Strict-Transport-Security': 'max-age=31536000', 'X-Frame-Options': 'DENY' },
    };
    expect(faults(operations)).toEqual([]);
  });
});

describe('values of headers', () => {
  it.each(['a\r\nX-Other: b', 'a\nb', 'a\rb', 'a\0b', ' a', 'a ', 'é', 'a\u010ab', 'x'.repeat(4_097)])(
    '%j is refused',
    (value) => {
      const message = 'expected one line of visible ASCII, 4096 characters at most';
      expect(faults({ setRequest: { 'X-A': value } })).toEqual([`set_request_headers.X-A: ${message}`]);
      expect(faults({ setResponse: { 'X-A': value } })).toEqual([`set_response_headers.X-A: ${message}`]);
    },
  );

  it.each(['', 'a', 'a b', 'a\tb', 'x'.repeat(4_096)])('%j is taken', (value) => {
    expect(faults({ setRequest: { 'X-A': value } })).toEqual([]);
  });
});

const request = {
  headers: [
    ['X-Api-Version', '1'],
    ['x_api_version', '1'],
    ['Referer', 'r'],
    ['Accept', '*/*'],
    ['X-Pomerium-Jwt-Assertion', 'forged'],
  ],
  claimHeaders,
  spentCarriers: [],
  sessionCookie: '_session',
  remoteAddress: '192.0.2.1',
  scheme: 'https',
  host: 'a.example',
  requestId: 'req_1',
  identity: writableLines([['X-Pomerium-Jwt-Assertion', 'ours']]),
  websocket: false,
} as const;

describe('what goes to the upstream', () => {
  it('has what the route sets in the place of every spelling that came, and ours behind it', () => {
    const operations = { setRequest: { 'X-Api-Version': '2' }, removeRequest: ['referer'] };
    expect(upstreamHeaders({ ...request, operations })).toEqual([
      ['Accept', '*/*'],
      ['X-Api-Version', '2'],
      ['X-Forwarded-For', '192.0.2.1'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'a.example'],
      ['X-Request-Id', 'req_1'],
      ['X-Pomerium-Jwt-Assertion', 'ours'],
    ]);
  });

  it('says of the caller what we say, whatever the route sets and removes', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'X-Pomerium-Jwt-Assertion',
        'x-email',
        'X-Forwarded-For',
        'x-request-id',
        'Connection',
        'X-Own',
      ),
      fc.string({
        unit: fc.constantFrom('X', '-', 'a', 'E', 'mail', 'Pomerium', '_'),
        minLength: 1,
        maxLength: 4,
      }),
    );
    const own = new Set(['x-pomerium-jwt-assertion', 'x-forwarded-for', 'x-request-id', 'x-forwarded-proto']);
    const said = (operations: HeaderOperations) =>
      upstreamHeaders({ ...request, operations }).filter(([header]) => own.has(headerKey(header)));
    fc.assert(
      fc.property(fc.dictionary(name, fc.constant('forged')), fc.array(name), (setRequest, removeRequest) => {
        const operations = { setRequest, removeRequest };
        fc.pre(faults(operations).length === 0);
        expect(said(operations)).toEqual(said({}));
        expect(
          upstreamHeaders({ ...request, operations }).map(([header]) => headerKey(header)),
        ).not.toContain('x-email');
      }),
    );
  });
});

describe('what comes back', () => {
  it('has what the route sets in the place of what the upstream said', () => {
    const lines = downstreamHeaders(
      [
        ['x-frame-options', 'ALLOWALL'],
        ['Content-Type', 'text/html'],
      ],
      { sessionCookie: '_s', websocket: false, operations: { setResponse: { 'X-Frame-Options': 'DENY' } } },
    );
    expect(lines).toEqual([
      ['Content-Type', 'text/html'],
      ['X-Frame-Options', 'DENY'],
    ]);
  });

  it('is untouched by a route that sets nothing', () => {
    const lines = [['A', 'b']] as const;
    expect(operatedLines(lines)).toBe(lines);
  });
});
