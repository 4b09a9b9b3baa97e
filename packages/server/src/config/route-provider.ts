import type { Problem } from '@countersign/core';
import { nearest } from './nearest.ts';
import type { Outline } from './outline.ts';

/** Where a route sends people to sign in: at a provider of the file whose people may come there at all. */
export function checkRouteProviders({
  routes,
  identityProviders,
  organizations,
}: Outline): readonly Problem[] {
  const all = organizations.map(({ name }) => name);
  return routes.flatMap(({ identityProvider, organizations: own }): readonly Problem[] => {
    if (identityProvider === undefined) return [];
    const { name, path } = identityProvider;
    const provider = identityProviders.find((one) => one.name === name);
    if (!provider) {
      const near = nearest(
        name,
        identityProviders.map((one) => one.name),
      );
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      return [{ path, message: `expected an identity provider of the file${hint}` }];
    }
    const may = own?.map((one) => one.name) ?? all;
    const speaksFor = provider.organizations?.map((one) => one.name) ?? all;
    if (speaksFor.some((one) => may.includes(one))) return [];
    return [
      { path, message: 'expected one that speaks for an organization of this route: nobody could pass' },
    ];
  });
}
