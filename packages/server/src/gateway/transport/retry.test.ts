import { describe, expect, it } from 'vitest';
import { hadNoConnection, mayRepeat, type FailedAttempt } from './retry.ts';

const REFUSED: FailedAttempt = { method: 'GET', isSent: false, isBodyRead: false, cause: 'ECONNREFUSED' };

describe('a request whose connection was refused', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])(
    'may be repeated when it is a %s',
    (method) => {
      expect(mayRepeat({ ...REFUSED, method })).toBe(true);
    },
  );

  it.each(['POST', 'PATCH', 'CONNECT', 'LOCK', 'get'])('is not repeated when it is a %s', (method) => {
    expect(mayRepeat({ ...REFUSED, method })).toBe(false);
  });

  it('is not repeated once anything of it has been sent or read', () => {
    expect(mayRepeat({ ...REFUSED, isSent: true })).toBe(false);
    expect(mayRepeat({ ...REFUSED, isBodyRead: true })).toBe(false);
  });
});

describe('no connection', () => {
  it.each(['ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH'])(
    'is %s',
    (cause) => {
      expect(hadNoConnection({ isSent: false, cause })).toBe(true);
      expect(mayRepeat({ ...REFUSED, cause })).toBe(true);
    },
  );

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'Error',
  ])('is not %s', (cause) => {
    expect(mayRepeat({ ...REFUSED, cause })).toBe(false);
  });
});
