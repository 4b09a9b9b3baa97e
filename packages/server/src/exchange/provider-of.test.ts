import { describe, expect, it } from 'vitest';
import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';
import { providerOf } from './provider-of.ts';

const provider = (name: string, ...audiences: readonly string[]) =>
  ({ name, issuer: 'https://idp.example', audiences }) as unknown as IdentityProvider;
const staff = provider('staff', 'app', 'cli');
const partners = provider('partners', 'portal');
const snapshot = {
  identityProviders: new Map([
    ['https://idp.example', [staff, partners]],
    ['https://alone.example', [provider('alone', 'app')]],
  ]),
} as unknown as Snapshot;
const of = (claims: object) => providerOf(snapshot, { iss: 'https://idp.example', ...claims });

describe('the provider of an id_token', () => {
  it.each([
    ['a text', { aud: 'portal' }, 'partners'],
    ['a list', { aud: ['elsewhere', 'cli'] }, 'staff'],
    ['both, and azp says which', { aud: ['app', 'portal'], azp: 'portal' }, 'partners'],
  ])('is the one for whose client it was made: %s', (_name, claims, name) => {
    expect(of(claims)).toMatchObject({ provider: { name }, ambiguous: false });
  });

  it.each([
    ['nothing says which', { aud: ['app', 'portal'] }],
    ['azp is neither', { aud: ['app', 'portal'], azp: 'elsewhere' }],
    ['azp is no text', { aud: ['app', 'portal'], azp: ['app'] }],
  ])('is none where it was made for clients of two, and %s', (_name, claims) => {
    expect(of(claims)).toMatchObject({ ambiguous: true });
  });

  it.each([[undefined], ['elsewhere'], [7], [{ app: true }], [[]]])(
    'takes all of the issuer for it where the audience is nobody’s: %j',
    (aud) => {
      expect(of({ aud })).toEqual({
        provider: staff,
        audiences: ['app', 'cli', 'portal'],
        ambiguous: false,
      });
    },
  );

  it('is none of another issuer, whatever the audience', () => {
    expect(of({ iss: 'https://alone.example', aud: 'portal' })?.provider.name).toBe('alone');
    expect(of({ iss: 'https://nobody.example', aud: 'app' })).toBeUndefined();
    expect(of({ iss: ['https://idp.example'], aud: 'app' })).toBeUndefined();
    expect(of({ iss: undefined, aud: 'app' })).toBeUndefined();
  });

  it('is found by the issuer up to a final slash', () => {
    expect(of({ iss: 'https://idp.example/', aud: 'app' })?.provider.name).toBe('staff');
  });
});
