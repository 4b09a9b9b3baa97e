import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../claims.ts';
import { issuerKey } from './issuer-key.ts';
import { verifyClaims, type ClaimExpectations } from './verify-claims.ts';

const now = 1_000_000;
const expected: ClaimExpectations = {
  issuer: 'https://ci.example',
  audiences: ['urn:pulumi:org:acme', 'https://sts.example'],
  leeway: 30,
  now,
};
const good: Claims = {
  iss: 'https://ci.example',
  sub: 'repo:acme/x',
  aud: 'urn:pulumi:org:acme',
  exp: now + 300,
  nbf: now,
  iat: now,
};

const without = (name: string): Claims =>
  Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
const verify = (claims: Claims, changes: Partial<ClaimExpectations> = {}) =>
  verifyClaims(claims, { ...expected, ...changes });
const code = (claims: Claims, changes: Partial<ClaimExpectations> = {}) => {
  const result = verify(claims, changes);
  return result.ok ? 'ok' : result.error.code;
};

describe('verifyClaims', () => {
  it('gives subject and times of a good token', () => {
    expect(verify(good)).toEqual({
      ok: true,
      value: { subject: 'repo:acme/x', expiresAt: now + 300, issuedAt: now },
    });
  });

  it('takes a token without nbf and iat, and times with a fraction', () => {
    expect(verify({ ...without('iat'), exp: now + 0.5 }, { leeway: 0 })).toEqual({
      ok: true,
      value: { subject: 'repo:acme/x', expiresAt: now + 0.5 },
    });
    expect(code(without('nbf'))).toBe('ok');
  });

  it.each([
    ['exp', now - 29, 'ok'],
    ['exp', now - 30, 'token.expired'],
    ['nbf', now + 30, 'ok'],
    ['nbf', now + 31, 'token.not_yet_valid'],
    ['iat', now + 30, 'ok'],
    ['iat', now + 31, 'token.not_yet_valid'],
  ])('grants %s the leeway and not a second more (%d: %s)', (claim, value, outcome) => {
    expect(code({ ...good, [claim]: value })).toBe(outcome);
  });

  it('checks exp without leeway when told so, and the others with it', () => {
    expect(code({ ...good, exp: now + 1 }, { expiryLeeway: 0 })).toBe('ok');
    expect(code({ ...good, exp: now }, { expiryLeeway: 0 })).toBe('token.expired');
    expect(code({ ...good, nbf: now + 30, iat: now + 30 }, { expiryLeeway: 0 })).toBe('ok');
  });

  it('counts age without leeway, and then needs iat', () => {
    expect(code({ ...good, iat: now - 3600 }, { maxAge: 3600 })).toBe('ok');
    expect(code({ ...good, iat: now - 3601 }, { maxAge: 3600 })).toBe('token.too_old');
    expect(code(without('iat'), { maxAge: 3600 })).toBe('token.too_old');
    expect(code({ ...good, iat: 0 })).toBe('ok');
  });

  it.each([undefined, null, '1000300', true, [], {}, Infinity, Number.NaN])(
    'takes exp %j for expired',
    (exp) => {
      expect(code(exp === undefined ? without('exp') : { ...good, exp })).toBe('token.expired');
    },
  );

  it.each(['nbf', 'iat'])('takes %s that is no finite number for malformed', (claim) => {
    for (const value of ['1000000', null, true, [now], {}, -Infinity]) {
      expect(code({ ...good, [claim]: value })).toBe('token.malformed');
    }
  });

  it.each([
    ['the other of ours', 'https://sts.example', true],
    ['an array of one', ['urn:pulumi:org:acme'], true],
    ['an array among others', ['x', 'https://sts.example'], true],
    ['another', 'urn:pulumi:org:other', false],
    ['ours with another case', 'URN:pulumi:org:acme', false],
    ['ours with a slash', 'https://sts.example/', false],
    ['a part of ours', 'urn:pulumi:org:acm', false],
    ['empty', '', false],
    ['an empty array', [], false],
    ['an array that holds something else too', ['urn:pulumi:org:acme', 1], false],
    ['a nested array', [['urn:pulumi:org:acme']], false],
    ['an object', { 'urn:pulumi:org:acme': true }, false],
    ['null', null, false],
  ] as const)('takes or refuses an aud that is %s', (_name, aud, passes) => {
    expect(code({ ...good, aud })).toBe(passes ? 'ok' : 'token.audience');
  });

  it('refuses a token without aud, and every token where no audience is ours', () => {
    expect(verify(without('aud'))).toEqual({
      ok: false,
      error: { code: 'token.audience', hint: ['expected audience urn:pulumi:org:acme'] },
    });
    expect(code(good, { audiences: [] })).toBe('token.audience');
  });

  it.each(['x', ['x'], ['x', 'y'], ['', 'x'], 'urn:pulumi:org:acme'])(
    'takes the aud %j where any audience will do',
    (aud) => {
      expect(code({ ...good, aud }, { audiences: 'any' })).toBe('ok');
    },
  );

  it.each(['', [], [''], ['', ''], ['x', 1], [['x']], { x: true }, null, 7, true])(
    'refuses the aud %j even where any audience will do',
    (aud) => {
      expect(verify({ ...good, aud }, { audiences: 'any' })).toEqual({
        ok: false,
        error: { code: 'token.audience', hint: ['expected an audience'] },
      });
    },
  );

  it('refuses a token without aud even where any audience will do', () => {
    expect(code(without('aud'), { audiences: 'any' })).toBe('token.audience');
  });

  it('does not take the word any in a list for any audience', () => {
    expect(code({ ...good, aud: 'x' }, { audiences: ['any'] })).toBe('token.audience');
  });

  it('hints at the first audience alone: the others may come from policies', () => {
    const result = verify({ ...good, aud: 'x' });
    expect(JSON.stringify(result)).not.toContain('https://sts.example');
  });

  it.each([undefined, null, '', 7, ['repo:acme/x'], 's'.repeat(1025)])('refuses the sub %j', (sub) => {
    expect(code(sub === undefined ? without('sub') : { ...good, sub })).toBe('token.malformed');
  });

  it('takes a sub of 1024 characters', () => {
    expect(code({ ...good, sub: 's'.repeat(1024) })).toBe('ok');
  });

  it.each([
    'https://ci.example//',
    'https://CI.example',
    'HTTPS://ci.example',
    'https://ci.example:443',
    'https://ci.example.',
    ' https://ci.example',
    'https://ci.example/x',
    'https://ci.exampl\u0435',
    '',
    7,
    null,
    ['https://ci.example'],
    { 'https://ci.example': 1 },
  ])('does not take %j for the issuer', (iss) => {
    expect(code({ ...good, iss })).toBe('token.not_trusted');
  });

  it('lets the issuer differ by one final slash, either way, and by nothing else', () => {
    expect(code({ ...good, iss: 'https://ci.example/' })).toBe('ok');
    expect(code(good, { issuer: 'https://ci.example/' })).toBe('ok');
    expect(code(without('iss'))).toBe('token.not_trusted');
  });

  it('does not read claims from the prototype', () => {
    const claims = Object.create(good) as Claims;
    expect(code(claims)).toBe('token.not_trusted');
  });

  it('answers the first fault in the order of the contract', () => {
    const faults: readonly (readonly [Claims, string])[] = [
      [{ iss: 'x' }, 'token.not_trusted'],
      [{ exp: 0 }, 'token.expired'],
      [{ nbf: now + 99 }, 'token.not_yet_valid'],
      [{ iat: 'x' }, 'token.malformed'],
      [{ iat: 0 }, 'token.too_old'],
      [{ aud: 'x' }, 'token.audience'],
      [{ sub: '' }, 'token.malformed'],
    ];
    for (const [index, [, first]] of faults.entries()) {
      // Everything from here on is wrong at once; of two faults in one claim the earlier stands.
      const broken = faults
        .slice(index)
        .toReversed()
        .reduce((claims, [fault]) => ({ ...claims, ...fault }), good);
      expect(code(broken, { maxAge: 60 })).toBe(first);
    }
  });

  it('never passes a token outside its times, whatever they are', () => {
    const time = fc.oneof(
      fc.integer({ min: now - 100, max: now + 100 }),
      fc.double(),
      fc.jsonValue() as fc.Arbitrary<Json>,
    );
    fc.assert(
      fc.property(time, time, time, fc.nat(120), (exp, nbf, iat, leeway) => {
        const result = verify({ ...good, exp, nbf, iat }, { leeway });
        const inside =
          typeof exp === 'number' &&
          exp + leeway > now &&
          exp < Infinity &&
          typeof nbf === 'number' &&
          nbf - leeway <= now &&
          nbf > -Infinity &&
          typeof iat === 'number' &&
          iat - leeway <= now &&
          iat > -Infinity;
        expect(result.ok).toBe(inside);
      }),
    );
  });
});

describe('a token that may name no subject', () => {
  it('needs none, and is refused for one that is no text', () => {
    const { sub: _, ...without } = good;
    expect(verify(without)).toMatchObject({ ok: false });
    expect(verify(without, { mayLackSubject: true })).toMatchObject({ ok: true, value: { subject: '' } });
    expect(verify({ ...good, sub: 1 }, { mayLackSubject: true })).toMatchObject({ ok: false });
    expect(verify(good, { mayLackSubject: true })).toMatchObject({
      ok: true,
      value: { subject: 'repo:acme/x' },
    });
  });
});

describe('issuerKey', () => {
  it('takes one final slash away and not two', () => {
    expect(issuerKey('https://ci.example')).toBe('https://ci.example');
    expect(issuerKey('https://ci.example/')).toBe('https://ci.example');
    expect(issuerKey('https://ci.example//')).toBe('https://ci.example/');
  });
});
