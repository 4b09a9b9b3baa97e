import { issuerKey, type Problem } from '@countersign/core';
import type { IssuerOutline, Named, Outline, OrganizationOutline } from './outline.ts';
import { checkListening } from './listening.ts';
import { checkResources, checkTestIssuers } from './policy-references.ts';
import { checkProviderClients } from './provider-clients.ts';
import { checkRouteIssuers } from './route-issuers.ts';
import { checkRouteProviders } from './route-provider.ts';
import { parseOrigin, parseRouteOrigin } from './schema/address.ts';
import { opensLoopback } from './schema/private-networks.ts';

/**
 * What no single entry of the file can show: names that are taken, references to nothing, addresses that contradict
 * each other. A reference that dangles is refused rather than ignored: it is a right that somebody believes in.
 */
export function checkReferences(outline: Outline): readonly Problem[] {
  const { organizations, identityProviders, routes } = outline;
  return [
    ...taken(organizations, 'organization'),
    ...taken(identityProviders, 'identity provider'),
    ...taken(routes, 'route'),
    ...taken(outline.tests, 'test'),
    ...organizations.flatMap(checkOrganization),
    ...checkPeople(organizations),
    ...checkProviderClients(outline),
    ...checkIssuerAddresses(outline),
    ...checkBelonging(outline),
    ...checkRouteHosts(outline),
    ...checkRouteIssuers(outline),
    ...checkRouteProviders(outline),
    ...checkListening(outline),
    ...checkResources(outline),
    ...checkTestIssuers(outline),
  ];
}

function taken(things: readonly Named[], kind: string): readonly Problem[] {
  const seen = new Set<string>();
  return things.flatMap(({ name, path }) => {
    if (name === '' || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, message: `expected another name: there is ${article(kind)} "${name}" already` }];
  });
}

function article(kind: string): string {
  return /^[aeio]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function missing(references: readonly Named[], things: readonly Named[], kind: string): readonly Problem[] {
  const names = new Set(things.map(({ name }) => name));
  return references
    .filter(({ name }) => !names.has(name))
    .map(({ name, path }) => ({
      path,
      message: `expected ${article(kind)} of the file, but there is no "${name}"`,
    }));
}

function checkOrganization({ members, teams, runners, issuers }: OrganizationOutline): readonly Problem[] {
  const things = { team: teams, user: members, runner: runners };
  return [
    ...taken(members, 'member'),
    ...taken(teams, 'team'),
    ...taken(runners, 'runner'),
    ...taken(issuers, 'issuer'),
    ...takenIssuers(issuers.flatMap(({ url }) => (url === undefined ? [] : [url]))),
    ...teams.flatMap((team) => [
      ...missing(team.members, members, 'member'),
      ...taken(team.members, 'member'),
    ]),
    ...issuers.flatMap(({ targets }) =>
      targets.flatMap((target) => missingTarget(target, things[target.key])),
    ),
  ];
}

/** A pattern may wait for things to come; a plain name has to be there. */
function missingTarget(
  target: IssuerOutline['targets'][number],
  things: readonly Named[],
): readonly Problem[] {
  return /[*?.]/.test(target.name)
    ? []
    : missing([target], things, target.key === 'user' ? 'member' : target.key);
}

/** Tokens find their issuer by `iss`: with two of one URL, one of them would silently never be asked. */
function takenIssuers(urls: readonly Named[]): readonly Problem[] {
  return taken(
    urls.map(({ name, path }) => ({ name: issuerKey(name), path })),
    'issuer',
  ).map(({ path }) => ({ path, message: 'expected another URL: there is an issuer with this one already' }));
}

/**
 * A login is one person on the whole server, an email one person in an organization: the first sign-in binds a person
 * to the member with that email, and must not find two.
 */
function checkPeople(organizations: readonly OrganizationOutline[]): readonly Problem[] {
  const emails = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { members } of organizations) {
    const owners = new Map<string, string>();
    for (const { name: login, email } of members) {
      if (email === undefined) continue;
      const written = email.name.toLowerCase();
      const known = emails.get(login);
      if (known !== undefined && known !== written) {
        problems.push({ path: email.path, message: `expected the email that "${login}" has elsewhere` });
      }
      emails.set(login, known ?? written);
      const owner = owners.get(written) ?? login;
      if (owner !== login) problems.push({ path: email.path, message: `"${owner}" has this email already` });
      owners.set(written, owner);
    }
  }
  return problems;
}

function checkIssuerAddresses(outline: Outline): readonly Problem[] {
  const own = outline.url === undefined ? undefined : parseOrigin(outline.url);
  const issuers = [
    ...outline.organizations.flatMap(({ issuers: list }) => list),
    ...outline.identityProviders,
  ];
  return issuers.flatMap(({ url }) => {
    if (url === undefined || !URL.canParse(url.name)) return [];
    const { origin, protocol, hostname } = new URL(url.name);
    // Threat 5: a token of ours that were taken as a subject token could renew itself for ever.
    if (origin === own?.text)
      return [{ path: url.path, message: 'expected another server: this is our own url' }];
    if (protocol !== 'http:' || opensLoopback(outline.allowPrivateIssuers, hostname)) return [];
    const message = 'expected https: http is for loopback, and only where allow_private_issuers opens it';
    return [{ path: url.path, message }];
  });
}

/** Who belongs to which organization. With one there is nothing to say; with two, nothing may be guessed. */
function checkBelonging({ organizations, identityProviders, routes }: Outline): readonly Problem[] {
  const owned = [...identityProviders, ...routes];
  const dangling = owned.flatMap((thing) =>
    missing(thing.organizations ?? [], organizations, 'organization'),
  );
  const silent = owned.filter((thing) => thing.organizations === undefined);
  if (organizations.length > 1) {
    const message = 'expected organizations: the file has more than one';
    return [...dangling, ...silent.map(({ path }) => ({ path: entry(path), message }))];
  }
  if (organizations.length === 1) return dangling;
  // Principals count in organizations alone: on a route without one, everybody would be a stranger.
  const closed = routes.filter(({ isPublic, organizations: named }) => !isPublic && named === undefined);
  const message = 'expected an organization in the file: nobody could pass this route';
  return [...dangling, ...closed.map(({ path }) => ({ path: entry(path), message }))];
}

/** The entry of a list, from the path of its name. */
function entry(path: Problem['path']): Problem['path'] {
  return typeof path.at(-1) === 'string' ? path.slice(0, -1) : path;
}

/** Requests are told apart by host alone, without port and scheme (contract of the gateway). */
function checkRouteHosts({ url, routes }: Outline): readonly Problem[] {
  const service = url === undefined ? undefined : parseOrigin(url);
  const schemes = new Map<string, string>();
  return routes.flatMap(({ from }) => {
    const origin = from && parseRouteOrigin(from.name);
    if (!origin) return [];
    if (origin.host === service?.host) {
      return [
        { path: from.path, message: 'expected another host than that of url, which is the service itself' },
      ];
    }
    const scheme = schemes.get(origin.host) ?? origin.scheme;
    schemes.set(origin.host, scheme);
    if (scheme === origin.scheme) return [];
    return [{ path: from.path, message: `expected ${scheme}: another route of this host has it` }];
  });
}
