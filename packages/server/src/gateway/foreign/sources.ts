import { issuerKey, type Claims, type Route } from '@countersign/core';
import { providerOf } from '../../exchange/provider-of.ts';
import type { IdentityProvider, Snapshot, TrustedIssuer } from '../../snapshot/model.ts';

/** Whose tokens a route takes as they are, under a snapshot. */

export type Source =
  | { readonly id: string; readonly kind: 'issuer'; readonly issuer: TrustedIssuer }
  | { readonly id: string; readonly kind: 'provider'; readonly provider: IdentityProvider };

export interface Sources {
  /** Trusted issuers by `issuerKey(iss)`: on one route an `iss` is one of them, or the configuration is refused. */
  readonly byIssuer: ReadonlyMap<string, Source>;
  /** Issuers and identity providers. */
  readonly byId: ReadonlyMap<string, Source>;
}

/** Whether a route takes any token that is not ours. */
export function takesForeign({ issuers, idTokens }: Pick<Route, 'issuers' | 'idTokens'>): boolean {
  return issuers !== undefined || idTokens === true;
}

interface OfSnapshot {
  readonly generation: number;
  readonly sources: Map<string, Sources>;
  readonly routes: ReadonlyMap<string, Route>;
}

const SNAPSHOTS = new WeakMap<Snapshot, OfSnapshot>();
let generations = 0;

function ofSnapshot(snapshot: Snapshot): OfSnapshot {
  const known = SNAPSHOTS.get(snapshot);
  if (known) return known;
  const routes = new Map(snapshot.routes.map((route) => [route.id, route]));
  const made = { generation: (generations += 1), sources: new Map<string, Sources>(), routes };
  SNAPSHOTS.set(snapshot, made);
  return made;
}

/** A number for each snapshot: what was decided under one is decided anew under another. */
export function generationOf(snapshot: Snapshot): number {
  return ofSnapshot(snapshot).generation;
}

export function routeById(snapshot: Snapshot, id: string): Route | undefined {
  return ofSnapshot(snapshot).routes.get(id);
}

export function sourcesOf(snapshot: Snapshot, route: Route): Sources {
  const { sources } = ofSnapshot(snapshot);
  const known = sources.get(route.id);
  if (known) return known;
  const issuers = issuersOf(snapshot, route);
  const all = [...issuers.values(), ...providersOf(snapshot, route)];
  const made = { byIssuer: issuers, byId: new Map(all.map((source) => [source.id, source])) };
  sources.set(route.id, made);
  return made;
}

function issuersOf({ organizations }: Snapshot, route: Route): ReadonlyMap<string, Source> {
  const found = new Map<string, Source>();
  for (const named of route.issuers ?? []) {
    const [of = '', name] = named.split('/');
    // Its principals would be nobody here: configuration says so at load, and this is where it would matter.
    const organization = route.organizations.includes(of) ? organizations.get(of) : undefined;
    const issuer = [...(organization?.issuers.values() ?? [])].find((one) => one.name === name);
    if (issuer) found.set(issuerKey(issuer.url), { id: issuer.id, kind: 'issuer', issuer });
  }
  return found;
}

function providersOf({ identityProvidersById }: Snapshot, route: Route): readonly Source[] {
  if (route.idTokens !== true) return [];
  return [...identityProvidersById.values()]
    .filter(({ organizations }) => organizations.some((name) => route.organizations.includes(name)))
    .map((provider) => ({ id: provider.id, kind: 'provider', provider }));
}

/** Whose a token says that it is, if the route takes tokens of theirs. UNVERIFIED: says whom to ask. */
export function sourceOf(snapshot: Snapshot, route: Route, claims: Claims): Source | undefined {
  const { byIssuer, byId } = sourcesOf(snapshot, route);
  const iss = Object.hasOwn(claims, 'iss') ? claims['iss'] : undefined;
  if (typeof iss !== 'string') return undefined;
  const claimed = providerOf(snapshot, claims);
  return byIssuer.get(issuerKey(iss)) ?? (claimed && byId.get(claimed.provider.id));
}
