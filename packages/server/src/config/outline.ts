import { accessConditions, isObject, type Json, type Problem } from '@countersign/core';
import { optional } from './optional.ts';

/**
 * What a file says about names, read with patience: whatever has the wrong shape is left out, because somebody else
 * reports it. So dangling references are found in the same run as mistyped keys.
 */

/** A text and where it stands. */
export interface Named {
  readonly name: string;
  readonly path: Problem['path'];
}

export interface OrganizationOutline extends Named {
  readonly members: readonly MemberOutline[];
  readonly teams: readonly (Named & { readonly members: readonly Named[] })[];
  readonly runners: readonly Named[];
  readonly issuers: readonly IssuerOutline[];
}

interface MemberOutline extends Named {
  readonly email?: Named;
}

export interface IssuerOutline extends Named {
  readonly url?: Named;
  /** Targets of policies by the key that names them. */
  readonly targets: readonly (Named & { readonly key: 'team' | 'user' | 'runner' })[];
  readonly resources: readonly Named[];
  readonly conditions: readonly Named[];
}

interface ProviderOutline extends Named {
  readonly url?: Named;
  /** `client_id` and `audiences`. */
  readonly clients: readonly Named[];
  readonly organizations?: readonly Named[];
}

interface RouteOutline extends Named {
  readonly from?: Named;
  /** Path or prefix, `/` where the file says nothing; absent where a regex says which paths. */
  readonly urlPath?: string;
  readonly organizations?: readonly Named[];
  readonly conditions: readonly Named[];
  /** Whose tokens it takes as they are. */
  readonly issuers: readonly Named[];
  /** Where people sign in who come to it. */
  readonly identityProvider?: Named;
  /** Where it says that it takes id_tokens as they are. */
  readonly idTokens?: Named;
  readonly isPublic: boolean;
  /** Where its policy speaks of certificates of clients. */
  readonly certificates: readonly Problem['path'][];
}

export interface Outline {
  readonly url?: string;
  /** Where to listen. */
  readonly addresses: readonly Named[];
  /** Whether clients are asked for a certificate. */
  readonly asksForCertificates: boolean;
  readonly allowPrivateIssuers: boolean | readonly string[];
  readonly organizations: readonly OrganizationOutline[];
  readonly identityProviders: readonly ProviderOutline[];
  readonly routes: readonly RouteOutline[];
  readonly tests: readonly (Named & { readonly issuer?: Named })[];
}

export function outlineOf(value: Json): Outline {
  const root: Item = { value, path: [] };
  const url = text(root, 'url');
  return {
    ...(url === undefined ? {} : { url: url.name }),
    addresses: [
      text(root, 'listen'),
      text(root, 'api_listen'),
      text(field(root, 'metrics'), 'listen'),
    ].flatMap((address) => address ?? []),
    asksForCertificates: field(field(root, 'tls'), 'client_ca').value !== undefined,
    allowPrivateIssuers:
      texts(root, 'allow_private_issuers')?.map(({ name }) => name.toLowerCase()) ??
      field(root, 'allow_private_issuers').value === true,
    organizations: items(root, 'organizations').map(organization),
    identityProviders: items(root, 'identity_providers').map((item) => ({
      ...named(item, 'name'),
      ...optional('url', text(item, 'issuer')),
      clients: [text(item, 'client_id') ?? [], texts(item, 'audiences') ?? []].flat(),
      ...optional('organizations', texts(item, 'organizations')),
    })),
    routes: items(root, 'routes').map((item) => ({
      ...named(item, 'name'),
      ...optional('from', text(item, 'from')),
      ...optional('urlPath', urlPath(item)),
      ...optional('identityProvider', text(item, 'identity_provider')),
      conditions: routeConditions(item),
      ...optional('organizations', texts(item, 'organizations')),
      issuers: texts(item, 'issuers') ?? [],
      ...optional('idTokens', idTokens(item)),
      isPublic: field(item, 'allow_public_unauthenticated_access').value === true,
      certificates: placesOf('client_certificate', field(item, 'policy')),
    })),
    tests: items(root, 'tests').map((item) => ({
      ...named(item, 'name'),
      ...optional('issuer', text(item, 'issuer')),
    })),
  };
}

function urlPath(route: Item): string | undefined {
  if (text(route, 'regex') !== undefined) return undefined;
  return (text(route, 'path') ?? text(route, 'prefix'))?.name ?? '/';
}

function idTokens(route: Item): Named | undefined {
  const format = text(route, 'bearer_token_format');
  return format?.name === 'idp_identity_token' ? format : undefined;
}

/** Every place below where a key stands. */
function placesOf(wanted: string, { value, path }: Item): readonly Problem['path'][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((entry: Json, index) => [index, entry])
    : Object.entries(value);
  return entries.flatMap(([key, entry]) => {
    const at = [...path, key];
    return key === wanted ? [at] : placesOf(wanted, { value: entry, path: at });
  });
}

function routeConditions(route: Item): readonly Named[] {
  const { value, path } = field(route, 'policy');
  return accessConditions(value, path).map(({ source, path: at }) => ({ name: source, path: at }));
}

function organization(item: Item): OrganizationOutline {
  return {
    ...named(item, 'name'),
    members: items(item, 'members').map((member) => ({
      ...named(member, 'login'),
      ...optional('email', text(member, 'email')),
    })),
    teams: items(item, 'teams').map((team) => ({
      ...named(team, 'name'),
      members: texts(team, 'members') ?? [],
    })),
    runners: items(item, 'runners').map((runner) => named(runner, 'name')),
    issuers: items(item, 'issuers').map(issuer),
  };
}

function issuer(item: Item): IssuerOutline {
  const policies = items(item, 'policies');
  return {
    ...named(item, 'name'),
    ...optional('url', text(item, 'url')),
    targets: policies.flatMap(targets),
    resources: policies.flatMap((policy) => texts(policy, 'resources') ?? []),
    conditions: policies.flatMap((policy) => text(policy, 'condition') ?? []),
  };
}

function targets(policy: Item): IssuerOutline['targets'] {
  return (['team', 'user', 'runner'] as const).flatMap((key) => {
    const target = text(policy, key);
    return target === undefined ? [] : [{ ...target, key }];
  });
}

interface Item {
  readonly value: Json | undefined;
  readonly path: Problem['path'];
}

function field(item: Item, key: string): Item {
  const value = isObject(item.value) && Object.hasOwn(item.value, key) ? item.value[key] : undefined;
  return { value, path: [...item.path, key] };
}

function items(item: Item, key: string): readonly Item[] {
  const { value, path } = field(item, key);
  return Array.isArray(value)
    ? value.map((entry: Json, index) => ({ value: entry, path: [...path, index] }))
    : [];
}

function text(item: Item, key: string): Named | undefined {
  const { value, path } = field(item, key);
  return typeof value === 'string' ? { name: value, path } : undefined;
}

/** A thing without a name keeps the empty one, which nothing can refer to. */
function named(item: Item, key: string): Named {
  return text(item, key) ?? { name: '', path: item.path };
}

function texts(item: Item, key: string): readonly Named[] | undefined {
  if (!Array.isArray(field(item, key).value)) return undefined;
  return items(item, key).flatMap(({ value, path }) =>
    typeof value === 'string' ? [{ name: value, path }] : [],
  );
}
