import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../snapshot/testing/from-file.ts';
import { allow, house, route } from '../testing/direct-house.ts';
import { generationOf, routeById, sourceOf, sourcesOf, takesForeign } from './sources.ts';

const id = (snapshot: ReturnType<typeof snapshotOf>) => {
  const [first] = snapshot.routes;
  if (!first) throw new Error('no route');
  return first;
};

describe('whose tokens a route takes', () => {
  it('are the issuers that it names, found by the issuer of a token', () => {
    const snapshot = snapshotOf(house());
    const one = id(snapshot);
    expect(takesForeign(one)).toBe(true);
    expect(sourceOf(snapshot, one, { iss: 'https://ci.example' })).toMatchObject({ issuer: { name: 'ci' } });
    expect(sourceOf(snapshot, one, { iss: 'https://ci.example/' })).toMatchObject({ issuer: { name: 'ci' } });
    expect(sourceOf(snapshot, one, { iss: 'https://other.example' })).toBeUndefined();
    expect(sourceOf(snapshot, one, JSON.parse('{"__proto__":{"iss":"https://ci.example"}}'))).toBeUndefined();
  });

  it('are never those of an organization that the route does not have, whatever the configuration lets through', () => {
    const snapshot = snapshotOf(house());
    const smuggled = { ...id(snapshot), id: 'rte_other', issuers: ['globex/theirs'] };
    expect([...sourcesOf(snapshot, smuggled).byId]).toEqual([]);
    expect(sourceOf(snapshot, smuggled, { iss: 'https://theirs.example' })).toBeUndefined();
  });

  it('are the providers that speak for one of its organizations, where it takes id_tokens', () => {
    const provider = (name: string, organization: string) => ({
      name,
      issuer: `https://${name}.example`,
      client_id: 'c',
      organizations: [organization],
    });
    const people = { issuers: undefined, bearer_token_format: 'idp_identity_token' };
    const snapshot = snapshotOf({
      ...house({}, [route(people)]),
      identity_providers: [provider('corp', 'acme'), provider('theirs', 'globex')],
    });
    const claims = { iss: 'https://corp.example', aud: 'c' };
    expect(sourceOf(snapshot, id(snapshot), claims)).toMatchObject({ provider: { name: 'corp' } });
    expect(sourceOf(snapshot, id(snapshot), { ...claims, iss: 'https://theirs.example' })).toBeUndefined();
    const without = { ...id(snapshot), id: 'rte_without', idTokens: undefined } as never;
    expect(sourceOf(snapshot, without, claims)).toBeUndefined();
  });

  it('are found again by route under each configuration', () => {
    const [first, second] = [
      snapshotOf(house()),
      snapshotOf(house({ policies: [allow()] }, [route({ name: 'b' })])),
    ];
    expect(routeById(first, id(first).id)).toBe(id(first));
    expect(routeById(second, id(first).id)).toBeUndefined();
    expect(generationOf(first)).toBe(generationOf(first));
    expect(generationOf(first)).not.toBe(generationOf(second));
  });
});
