import { describe, expect, it } from 'vitest';
import type { HeaderLine } from '@countersign/core';
import { findCredential as find } from './index.ts';

const T = `csp_${'a'.repeat(38)}`;
const ISSUER = 'https://cs.example';
const findCredential = (headers: readonly HeaderLine[]) =>
  find(headers, { issuer: ISSUER, cookie: '__Host-_countersign', foreign: false });
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signedBy = (iss: unknown, more: object = {}): string =>
  `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part({ iss, ...more })}.c2ln`;
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('carriers of an access token', () => {
  it.each([
    ['X-Pomerium-Authorization', T, 'x-pomerium-authorization'],
    ['Authorization', `Pomerium ${T}`, 'authorization'],
    ['Authorization', `Bearer ${T}`, 'authorization'],
    ['Authorization', `Bearer Pomerium-${T}`, 'authorization'],
    ['Authorization', `token ${T}`, 'authorization'],
    ['Authorization', basic('anybody', T), 'authorization'],
    ['authorization', `bEaReR   ${T}  `, 'authorization'],
    ['AUTHORIZATION', `POMERIUM ${T}`, 'authorization'],
  ])('%s: %s holds it', (name, value, header) => {
    expect(findCredential([[name, value]])).toEqual({
      kind: 'ours',
      value: T,
      form: 'own',
      carrier: header,
      remove: [header],
    });
  });

  it.each([
    ['Bearer', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ['Bearer without a value', 'Bearer'],
    ['token', 'token ghp_somebody'],
    ['Basic with another password', basic('anybody', 'secret')],
    ['Basic without a colon', `Basic ${Buffer.from(T).toString('base64')}`],
    ['Basic that is no base64', 'Basic ???'],
    ['a token of ours as the user of Basic', basic(T, 'x')],
    ['a scheme of nobody', 'Negotiate abc'],
    ['a bare token', T],
  ])('leaves a foreign Authorization to the upstream: %s', (_name, value) => {
    expect(findCredential([['Authorization', value]])).toEqual({ kind: 'foreign' });
  });

  it.each([
    ['no header', []],
    ['an empty Authorization', [['Authorization', '']]],
    ['Pomerium with an empty token', [['Authorization', 'Pomerium ']]],
    ['Pomerium alone', [['Authorization', 'Pomerium']]],
    ['an empty X-Pomerium-Authorization', [['X-Pomerium-Authorization', '  ']]],
  ] as const)('counts %s as nothing', (_name, headers) => {
    expect(findCredential(headers)).toEqual({ kind: 'none' });
  });

  it.each([`Bearer ${signedBy(ISSUER)}`, `token ${signedBy(ISSUER)}`, basic('anybody', signedBy(ISSUER))])(
    'takes a signed token that names us as its issuer: %s',
    (value) => {
      expect(findCredential([['Authorization', value]])).toEqual({
        kind: 'ours',
        value: signedBy(ISSUER),
        form: 'own',
        carrier: 'authorization',
        remove: ['authorization'],
      });
    },
  );

  it.each([
    ['another issuer', signedBy('https://other.example')],
    ['an issuer that begins like us', signedBy(`${ISSUER}.evil.example`)],
    ['a list of issuers', signedBy([ISSUER])],
    ['no issuer', signedBy(undefined)],
    ['claims that are no object', `${part({})}.${part('x')}.c2ln`],
    ['claims that are null', `${part({})}.${part(null)}.c2ln`],
    ['claims that are no JSON', `${part({})}.bm9wZQ.c2ln`],
    ['four parts', `${signedBy(ISSUER)}.x`],
    ['more characters than we sign', signedBy(ISSUER, { pad: 'x'.repeat(3072) })],
  ])('leaves a signed token with %s to the upstream', (_name, value) => {
    expect(findCredential([['Authorization', `Bearer ${value}`]])).toEqual({ kind: 'foreign' });
  });

  it('takes whatever stands behind our own names as ours, so that a bad value fails instead of leaking', () => {
    expect(findCredential([['Authorization', 'Pomerium nonsense']])).toMatchObject({ value: 'nonsense' });
    expect(findCredential([['Authorization', 'Bearer Pomerium-nonsense']])).toMatchObject({
      value: 'nonsense',
    });
    expect(findCredential([['X-Pomerium-Authorization', 'nonsense']])).toMatchObject({ value: 'nonsense' });
    expect(findCredential([['Authorization', 'Bearer cso_cut-off']])).toMatchObject({ value: 'cso_cut-off' });
  });

  it('asks X-Pomerium-Authorization first and removes every carrier of ours', () => {
    const second = `cso_${'b'.repeat(38)}`;
    expect(
      findCredential([
        ['Authorization', `Bearer ${second}`],
        ['X-Pomerium-Authorization', T],
      ]),
    ).toEqual({
      kind: 'ours',
      value: T,
      form: 'own',
      carrier: 'x-pomerium-authorization',
      remove: ['x-pomerium-authorization', 'authorization'],
    });
  });

  it('keeps a foreign Authorization when another carrier holds ours', () => {
    expect(
      findCredential([
        ['Authorization', 'Bearer foreign'],
        ['X-Pomerium-Authorization', T],
      ]),
    ).toEqual({
      kind: 'ours',
      value: T,
      form: 'own',
      carrier: 'x-pomerium-authorization',
      remove: ['x-pomerium-authorization'],
    });
  });

  it.each(['Authorization', 'X-Pomerium-Authorization'])('refuses to choose between two %s lines', (name) => {
    expect(
      findCredential([
        [name, `Bearer ${T}`],
        [name.toLowerCase(), `Bearer ${T}`],
      ]),
    ).toEqual({ kind: 'ambiguous' });
  });

  it('never takes a token from a cookie or from the query of a referrer', () => {
    expect(
      findCredential([
        ['Cookie', `_pomerium=${T}`],
        ['Referer', `https://app.example/?pomerium_session=${T}`],
      ]),
    ).toEqual({ kind: 'none' });
  });
});

describe('carriers on a route that takes tokens of others', () => {
  const FOREIGN = signedBy('https://ci.example');
  const findHere = (headers: readonly HeaderLine[]) =>
    find(headers, { issuer: ISSUER, cookie: '__Host-_countersign', foreign: true });

  it.each([
    ['X-Pomerium-Authorization', FOREIGN, 'x-pomerium-authorization'],
    ['Authorization', `Pomerium ${FOREIGN}`, 'authorization'],
    ['Authorization', `Bearer ${FOREIGN}`, 'authorization'],
    ['Authorization', `Bearer Pomerium-${FOREIGN}`, 'authorization'],
    ['Authorization', `token ${FOREIGN}`, 'authorization'],
    ['Authorization', basic('git', FOREIGN), 'authorization'],
  ])('hold any JWT for us: %s: %s', (name, value, header) => {
    expect(findHere([[name, value]])).toEqual({
      kind: 'ours',
      value: FOREIGN,
      form: 'foreign',
      carrier: header,
      remove: [header],
    });
  });

  it.each([
    ['an opaque token of ours', T],
    ['a signed one', signedBy(ISSUER)],
    ['what begins like one of ours', `cso_${FOREIGN}`],
  ])('hold %s as ever', (_name, value) => {
    expect(findHere([['Authorization', `Bearer ${value}`]])).toMatchObject({ form: 'own', value });
    expect(findHere([['X-Pomerium-Authorization', value]])).toMatchObject({ form: 'own', value });
  });

  it('hold a JWT for us however long it is, for the length is judged where it is read', () => {
    const long = signedBy('https://ci.example', { pad: 'x'.repeat(12_000) });
    expect(findHere([['Authorization', `Bearer ${long}`]])).toMatchObject({ form: 'foreign', value: long });
  });

  it.each([
    ['two parts', 'a.b'],
    ['four parts', `${FOREIGN}.x`],
    ['dots alone', '.'.repeat(8192)],
    ['a space in it', 'a.b .c'],
    ['padding', 'YQ==.YQ==.YQ=='],
  ])('leave to the upstream what is no JWT: %s', (_name, value) => {
    expect(findHere([['Authorization', `Bearer ${value}`]])).toEqual({ kind: 'foreign' });
  });

  it('are asked in the same order, and what fails first is not saved by what follows', () => {
    expect(
      findHere([
        ['Authorization', `Bearer ${T}`],
        ['X-Pomerium-Authorization', FOREIGN],
      ]),
    ).toEqual({
      kind: 'ours',
      value: FOREIGN,
      form: 'foreign',
      carrier: 'x-pomerium-authorization',
      remove: ['x-pomerium-authorization', 'authorization'],
    });
  });
});

describe('the session cookie of a browser', () => {
  const S = `css_${'a'.repeat(38)}`;
  const cookie = (value: string): HeaderLine => ['Cookie', value];

  it('holds it beside the cookies of others, and the header is not removed', () => {
    expect(findCredential([cookie(`a=1; __Host-_countersign=${S}; b=2`)])).toEqual({
      kind: 'ours',
      value: S,
      form: 'own',
      carrier: 'cookie',
      remove: [],
    });
  });

  it.each([
    ['of another name', `_countersign=${S}`],
    ['of another deployment', `__Host-_other=${S}`],
    ['that came twice', `__Host-_countersign=${S}; __Host-_countersign=${S}`],
    ['that is empty', '__Host-_countersign='],
    ['that is no value of ours', '__Host-_countersign=garbage'],
    ['that is too large', `__Host-_countersign=${'x'.repeat(5000)}`],
    ['with what is no session', `__Host-_countersign=csp_${'a'.repeat(38)}`],
  ])('%s is none', (_which, value) => {
    expect(findCredential([cookie(value)])).toEqual({ kind: 'none' });
  });

  it('is asked after every header, and a header that fails is not forgiven for it', () => {
    const found = findCredential([cookie(`__Host-_countersign=${S}`), ['Authorization', `Bearer ${T}`]]);
    expect(found).toMatchObject({ value: T, carrier: 'authorization', remove: ['authorization'] });
  });

  it('leaves a foreign Authorization to the upstream', () => {
    const foreign: HeaderLine = ['Authorization', 'Bearer of-somebody-else'];
    expect(findCredential([foreign, cookie(`__Host-_countersign=${S}`)])).toMatchObject({
      value: S,
      remove: [],
    });
  });
});
