import type { Json } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { outlineOf } from './outline.ts';
import { formatPath } from './problem.ts';
import { checkRouteIssuers } from './route-issuers.ts';

type Entry = { readonly [key: string]: Json };

const ORGANIZATIONS: Json = [
  {
    name: 'acme',
    issuers: [
      { name: 'ci', url: 'https://ci.example' },
      { name: 'same', url: 'https://ci.example/' },
      { name: 'cluster', url: 'https://cluster.example' },
    ],
  },
  { name: 'globex', issuers: [{ name: 'ci', url: 'https://ci.example' }] },
];

const provider = (more: Entry = {}): Json => ({
  name: 'corp',
  issuer: 'https://idp.example',
  organizations: ['acme'],
  ...more,
});

const check = (
  route: Entry,
  providers: readonly Json[] = [provider()],
  organizations: Json = ORGANIZATIONS,
) =>
  checkRouteIssuers(
    outlineOf({
      organizations,
      identity_providers: providers,
      routes: [{ name: 'r', organizations: ['acme'], ...route }],
    }),
  ).map(({ path, message }) => `${formatPath(path)}: ${message}`);

const ID_TOKENS: Entry = { bearer_token_format: 'idp_identity_token' };

describe('issuers of a route', () => {
  it('are of the file and of an organization of the route', () => {
    expect(check({ issuers: ['acme/ci', 'acme/cluster'] })).toEqual([]);
    expect(check({ issuers: ['globex/ci'], organizations: ['acme', 'globex'] })).toEqual([]);
  });

  it('may leave the organization of the route unsaid where there is one', () => {
    const [acme = null] = ORGANIZATIONS;
    const route = { name: 'r', issuers: ['acme/ci'] };
    expect(checkRouteIssuers(outlineOf({ organizations: [acme], routes: [route] }))).toEqual([]);
  });

  it.each([
    ['acme/cii', 'routes[0].issuers[0]: expected ORGANIZATION/ISSUER of the file (did you mean acme/ci?)'],
    ['nobody/at-all', 'routes[0].issuers[0]: expected ORGANIZATION/ISSUER of the file'],
    [
      'globex/ci',
      'routes[0].issuers[0]: expected an issuer of an organization of this route: its tokens could not pass',
    ],
  ])('are not %s', (name, problem) => {
    expect(check({ issuers: [name] })).toEqual([problem]);
  });

  it.each([
    ['the same twice', { issuers: ['acme/ci', 'acme/ci'] }],
    ['two of one URL', { issuers: ['acme/ci', 'acme/same'] }],
    [
      'two organizations of one URL',
      { issuers: ['acme/ci', 'globex/ci'], organizations: ['acme', 'globex'] },
    ],
  ])('are never %s: nobody could say whose a token is', (_name, route) => {
    expect(check(route)).toEqual([
      'routes[0].issuers[1]: expected another URL: this route takes tokens of an issuer with this one already',
    ]);
  });
});

describe('id_tokens of a route', () => {
  it('come from a provider that speaks for one of its organizations', () => {
    expect(check(ID_TOKENS)).toEqual([]);
    const nobody =
      'routes[0].bearer_token_format: expected an identity provider in the file that speaks for an organization of this route';
    expect(check(ID_TOKENS, [])).toEqual([nobody]);
    expect(check(ID_TOKENS, [provider({ organizations: ['globex'] })])).toEqual([nobody]);
    expect(check({ bearer_token_format: 'default' }, [])).toEqual([]);
  });

  it('are told from the tokens of its issuers by their URL', () => {
    const both = { ...ID_TOKENS, issuers: ['acme/ci'] };
    expect(check(both)).toEqual([]);
    expect(check(both, [provider({ issuer: 'https://ci.example/' })])).toEqual([
      'routes[0].issuers[0]: expected another URL: this route takes tokens of an issuer with this one already',
    ]);
  });
});
