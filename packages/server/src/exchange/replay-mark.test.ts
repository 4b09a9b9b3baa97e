import { describe, expect, it } from 'vitest';
import type { Claims } from '@countersign/core';
import { issuer } from '../oauth/testing/snapshot.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import { MARK_MARGIN, replayMark } from './replay-mark.ts';

const once = issuer('once', { replay: 'once' });

function token(claims: Claims, over: Partial<UnverifiedJws> = {}): UnverifiedJws {
  return {
    alg: 'ES256',
    header: {},
    claims: { exp: 1_000, ...claims },
    signingInput: Buffer.from(`header.${JSON.stringify(claims)}`),
    signature: Buffer.from('one signature'),
    ...over,
  };
}

const markOf = (jws: UnverifiedJws) => replayMark(once, jws)?.mark;

describe('the mark of a subject token', () => {
  it('is there where the issuer says once, and nowhere else', () => {
    expect(replayMark(issuer('ci'), token({ jti: 'a' }))).toBeUndefined();
    expect(replayMark(once, token({ jti: 'a' }))).toMatchObject({ issuer: 'iss_once' });
  });

  it('is its jti, whatever else it says', () => {
    expect(markOf(token({ jti: 'a', sub: 'x' }))).toBe(markOf(token({ jti: 'a', sub: 'y' })));
    expect(markOf(token({ jti: 'a' }))).not.toBe(markOf(token({ jti: 'b' })));
  });

  it.each([{}, { jti: '' }, { jti: 7 }, { jti: ['a'] }, { jti: null }])(
    'is what was signed when jti is no text: %j',
    (claims) => {
      const other = { signingInput: Buffer.from('header.other') };
      expect(markOf(token(claims))).toBe(markOf(token(claims)));
      expect(markOf(token(claims))).not.toBe(markOf(token(claims, other)));
    },
  );

  it('does not change with the signature: of an ECDSA signature there are two', () => {
    const first = token({});
    expect(markOf({ ...first, signature: Buffer.from('the other one') })).toBe(markOf(first));
  });

  it('of a jti never looks like that of what was signed', () => {
    const plain = token({});
    const digest = markOf(plain)?.slice(2) ?? '';
    expect(markOf(token({ jti: digest }))).not.toBe(markOf(plain));
    expect(markOf(token({ jti: plain.signingInput.toString() }))).not.toBe(markOf(plain));
  });

  it('has one size, however long the jti is', () => {
    expect(markOf(token({ jti: 'x'.repeat(16_000) }))).toHaveLength(markOf(token({ jti: 'x' }))?.length ?? 0);
  });

  it('outlives the token by more than any leeway that can be configured', () => {
    expect(MARK_MARGIN).toBeGreaterThan(120);
    expect(replayMark(once, token({ jti: 'a', exp: 1_000.5 }))?.expiresAt).toBe(1_001 + MARK_MARGIN);
  });

  it('of a token that never ends is kept as long as a number can say', () => {
    expect(replayMark(once, token({ jti: 'a', exp: 1e300 }))?.expiresAt).toBe(Number.MAX_SAFE_INTEGER);
  });
});
