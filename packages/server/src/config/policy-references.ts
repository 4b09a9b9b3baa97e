import { canonicalResource, type Problem } from '@countersign/core';
import { nearest } from './nearest.ts';
import type { Named, Outline, OrganizationOutline } from './outline.ts';

/** What policies and their tests refer to elsewhere in the file: routes as resources, issuers by name. */

/** A resource that no route of the organization has would make tokens that open nothing. */
export function checkResources({ organizations, routes }: Outline): readonly Problem[] {
  return organizations.flatMap((organization) => {
    const own = routes.filter((route) => belongs(route.organizations, organization, organizations));
    const known = own.flatMap(({ from, urlPath }) =>
      urlPath === undefined ? [] : (canonicalResource(`${trimmed(from)}${urlPath}`) ?? []),
    );
    return organization.issuers
      .flatMap(({ resources }) => resources)
      .flatMap(({ name, path }) => {
        const resource = canonicalResource(name);
        // What is no resource at all is the engine's to report.
        if (resource === undefined || known.includes(resource)) return [];
        const message = `expected the URL of a route of organization "${organization.name}"`;
        return [{ path, message: withHint(message, resource, known) }];
      });
  });
}

function belongs(
  named: readonly Named[] | undefined,
  organization: OrganizationOutline,
  all: readonly OrganizationOutline[],
): boolean {
  return named === undefined ? all.length === 1 : named.some(({ name }) => name === organization.name);
}

function trimmed(from: Named | undefined): string {
  return (from?.name ?? '').replace(/\/$/, '');
}

export function checkTestIssuers({ organizations, tests }: Outline): readonly Problem[] {
  const known = organizations.flatMap(({ name, issuers }) =>
    issuers.map((issuer) => `${name}/${issuer.name}`),
  );
  return tests.flatMap(({ issuer }) => {
    if (issuer === undefined || known.includes(issuer.name)) return [];
    const message = 'expected ORGANIZATION/ISSUER of the file';
    return [{ path: issuer.path, message: withHint(message, issuer.name, known) }];
  });
}

function withHint(message: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? message : `${message} (did you mean ${near}?)`;
}
