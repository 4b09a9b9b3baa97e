import { issuerKey, type Problem } from '@countersign/core';
import { nearest } from './nearest.ts';
import type { Named, OrganizationOutline, Outline } from './outline.ts';

/**
 * Whose tokens a route takes as they are. A token says by its `iss` alone where it comes from: on one route that must
 * mean one issuer of one organization, whose principals may come there at all.
 */
export function checkRouteIssuers(outline: Outline): readonly Problem[] {
  return outline.routes.flatMap((route) => {
    const sources = route.issuers.map((written) => sourceOf(outline, written));
    return [
      ...sources.flatMap((source) => issuerProblems(outline, route, source)),
      ...providerProblems(outline, route),
      ...takenTwice(outline, route, sources),
    ];
  });
}

type RouteOutline = Outline['routes'][number];

/** An entry of `issuers`, and what it names. */
interface Source {
  readonly written: Named;
  readonly organization: OrganizationOutline | undefined;
  readonly url: string | undefined;
}

function sourceOf({ organizations }: Outline, written: Named): Source {
  const [of, name] = written.name.split('/');
  const organization = organizations.find((one) => one.name === of);
  const issuer = organization?.issuers.find((one) => one.name === name);
  return { written, organization, url: issuer?.url?.name };
}

function issuerProblems(outline: Outline, route: RouteOutline, source: Source): readonly Problem[] {
  const { written, organization, url } = source;
  const { path } = written;
  if (organization === undefined || url === undefined) {
    const known = outline.organizations.flatMap((one) =>
      one.issuers.map(({ name }) => `${one.name}/${name}`),
    );
    const near = nearest(written.name, known);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    return [{ path, message: `expected ORGANIZATION/ISSUER of the file${hint}` }];
  }
  if (organizationsOf(outline, route).includes(organization.name)) return [];
  return [
    { path, message: `expected an issuer of an organization of this route: its tokens could not pass` },
  ];
}

/** What the route means where it names none: the one that there is. */
function organizationsOf({ organizations }: Outline, route: RouteOutline): readonly string[] {
  return (route.organizations ?? organizations).map(({ name }) => name);
}

function providerProblems(outline: Outline, route: RouteOutline): readonly Problem[] {
  if (route.idTokens === undefined || providersOf(outline, route).length > 0) return [];
  const message = 'expected an identity provider in the file that speaks for an organization of this route';
  return [{ path: route.idTokens.path, message }];
}

function providersOf(outline: Outline, route: RouteOutline): Outline['identityProviders'] {
  const own = organizationsOf(outline, route);
  return outline.identityProviders.filter(({ organizations }) =>
    (organizations ?? outline.organizations).some(({ name }) => own.includes(name)),
  );
}

/** Two that say the same `iss`: which of them a token comes from would be guessed. */
function takenTwice(outline: Outline, route: RouteOutline, sources: readonly Source[]): readonly Problem[] {
  const providers = route.idTokens === undefined ? [] : providersOf(outline, route);
  const seen = new Set(providers.flatMap(({ url }) => (url === undefined ? [] : [issuerKey(url.name)])));
  return sources.flatMap(({ written: { path }, url }) => {
    if (url === undefined) return [];
    const key = issuerKey(url);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = 'expected another URL: this route takes tokens of an issuer with this one already';
    return [{ path, message }];
  });
}
