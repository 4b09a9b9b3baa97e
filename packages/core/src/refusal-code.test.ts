import { describe, expect, it } from 'vitest';
import { REFUSALS, type RefusalCode } from './refusal-code.ts';

/** The table of the wire contract: code, status, error value, whether the same request may succeed later. */
const CONTRACT: Readonly<Record<RefusalCode, readonly [status: number, error: string, retryable: boolean]>> =
  {
    'request.method': [405, 'invalid_request', false],
    'request.body': [400, 'invalid_request', false],
    'request.too_large': [413, 'invalid_request', false],
    'request.parameter': [400, 'invalid_request', false],
    'request.grant_type': [400, 'unsupported_grant_type', false],
    'request.token_type': [400, 'invalid_request', false],
    'request.scope': [400, 'invalid_scope', false],
    'request.resource': [400, 'invalid_target', false],
    'request.host': [400, 'invalid_request', false],
    'token.malformed': [400, 'invalid_request', false],
    'token.not_trusted': [400, 'invalid_request', false],
    'token.expired': [400, 'invalid_request', false],
    'token.not_yet_valid': [400, 'invalid_request', false],
    'token.too_old': [400, 'invalid_request', false],
    'token.audience': [400, 'invalid_request', false],
    'token.replayed': [400, 'invalid_request', false],
    'policy.refused': [400, 'invalid_request', false],
    'issuer.unreachable': [503, 'temporarily_unavailable', true],
    'limit.rate': [429, 'temporarily_unavailable', true],
    'server.storage': [503, 'temporarily_unavailable', true],
    'server.error': [500, 'server_error', true],
    // The gateway: RFC 6750 section 3 gives no error value where nothing was presented.
    'credential.missing': [401, '', false],
    'credential.invalid': [401, 'invalid_token', false],
    'credential.expired': [401, 'invalid_token', false],
    'credential.revoked': [401, 'invalid_token', false],
    'credential.audience': [401, 'invalid_token', false],
    'credential.identity_conflict': [401, 'invalid_token', false],
    // People in browsers.
    'request.origin': [403, 'invalid_request', false],
    'sign_in.expired': [400, 'invalid_request', false],
    'sign_in.browser': [400, 'invalid_request', false],
    'sign_in.denied': [403, 'access_denied', false],
    'sign_in.provider': [502, 'temporarily_unavailable', true],
    'device.pending': [400, 'authorization_pending', true],
    'device.slow_down': [400, 'slow_down', true],
    'device.denied': [400, 'access_denied', false],
    'device.expired': [400, 'expired_token', false],
    'device.code': [400, 'invalid_grant', false],
    'path.ambiguous': [400, 'invalid_request', false],
    'route.unknown': [404, 'invalid_request', false],
    'upstream.unreachable': [502, 'temporarily_unavailable', true],
    'upstream.timeout': [504, 'temporarily_unavailable', true],
  };

describe('REFUSALS', () => {
  it('answers what the wire contract says, code by code', () => {
    const listed = Object.entries(REFUSALS).map(([code, { status, error, retryable }]) => [
      code,
      [status, error, retryable],
    ]);
    expect(Object.fromEntries(listed)).toEqual(CONTRACT);
  });

  it.each(Object.entries(REFUSALS))(
    'describes %s in one sentence that RFC 6749 section 5.2 allows',
    (_code, entry) => {
      for (const sentence of [entry.description, entry.cause, entry.fix]) {
        expect(sentence).toMatch(/^[A-Z][\x20\x21\x23-\x5b\x5d-\x7e]*\.$/);
      }
      expect(entry.description).not.toMatch(/[.!?] /);
      expect(entry.description.length).toBeLessThanOrEqual(120);
    },
  );

  it('gives no two codes the same description: a person has to be able to tell them apart', () => {
    const descriptions = Object.values(REFUSALS).map(({ description }) => description);
    expect(new Set(descriptions).size).toBe(descriptions.length);
  });
});
