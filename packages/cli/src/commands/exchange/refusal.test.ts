import { REFUSALS } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../errors.ts';
import { refusalOf } from './refusal.ts';

const exitOf = (code: string): number => exitCodeOf(refusalOf({ status: 400, json: { code } }).kind);

describe('a refusal of the token endpoint', () => {
  it('shows its description, code, hints and decision id', () => {
    const json = {
      error: 'invalid_request',
      error_description: 'The subject token was issued for another audience.',
      code: 'token.audience',
      decision_id: 'dec_00000000000000000000000000',
      hint: ['ask for urn:countersign:org:acme'],
      retryable: false,
    };
    expect(refusalOf({ status: 400, json })).toEqual({
      kind: 'refused',
      message: 'The subject token was issued for another audience.',
      details: [
        'code      token.audience',
        'hint      ask for urn:countersign:org:acme',
        'decision  dec_00000000000000000000000000',
      ],
    });
  });

  it.each(Object.keys(REFUSALS).filter((code) => /^(policy|token)\./.test(code)))(
    '%s ends with 3',
    (code) => {
      expect(exitOf(code)).toBe(3);
    },
  );

  it('request.scope ends with 3, and every other request.* with 2', () => {
    expect(exitOf('request.scope')).toBe(3);
    const others = Object.keys(REFUSALS).filter(
      (code) => code.startsWith('request.') && code !== 'request.scope',
    );
    expect(others.map(exitOf)).toEqual(others.map(() => 2));
  });

  it.each(['issuer.unreachable', 'limit.rate', 'server.storage', 'server.error'])(
    '%s ends with 6',
    (code) => {
      expect(exitOf(code)).toBe(6);
    },
  );

  it('says so when the same request may succeed later', () => {
    const json = { code: 'issuer.unreachable', retryable: true };
    expect(refusalOf({ status: 503, json }).details).toContain(
      'retry     the same request may succeed later',
    );
  });

  it.each([undefined, {}, { code: 7 }, { error: 'invalid_request' }])(
    'is none when the answer is %j',
    (json) => {
      expect(refusalOf({ status: 404, json })).toMatchObject({ kind: 'server_error' });
    },
  );

  it('cannot move the cursor of the terminal', () => {
    const json = { code: 'token.expired', error_description: '\u001b[2J\u202eall is well', hint: ['\r\n'] };
    const { message, details } = refusalOf({ status: 400, json });
    expect(message).toBe('?[2J?all is well');
    expect(details).toContain('hint      ??');
  });
});
