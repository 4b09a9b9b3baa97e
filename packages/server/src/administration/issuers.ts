import { err, ok, type Result } from '@countersign/core';
import type { IssuerRegistration, IssuerUpdate } from '@countersign/core/api-model';
import type { TrustedIssuer } from '../snapshot/model.ts';
import type { IssuerDocument, ObjectContent } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { Evidence } from './issuer-evidence.ts';
import { issuerFault, takenBy } from './issuer-rules.ts';
import type { Edit, Refused } from './model.ts';
import { directoryOf } from './stored-thing.ts';

/** Trusted issuers over the API: registered, changed, deleted. Pure: what was fetched from an issuer comes in. */

/** What the file has as its default. */
const DEFAULT_MAX_EXPIRATION = 25 * 3600;

interface Place {
  readonly organization: string;
  /** `iss_…` */
  readonly id: string;
}

export function registerIssuer(
  world: World,
  place: Place,
  request: IssuerRegistration,
  evidence: Evidence | undefined,
): Result<Edit, Refused> {
  // It may have been deleted while the issuer was asked for its keys.
  const organization = directoryOf(world, place.organization);
  if (!organization.ok) return organization;
  const { name, url } = request;
  const document: IssuerDocument = {
    ...withSettings({ ...NEW, name, url, issuer: evidence?.issuer ?? url }, request),
    ...(evidence === undefined ? {} : { thumbprints: evidence.thumbprints }),
  };
  const fault = issuerFault(document);
  if (fault !== undefined) return err({ kind: 'invalid', message: fault });
  const taken = takenBy(issuersOf(world, place), { ...place, name, url });
  if (taken !== undefined) return err({ kind: 'taken', message: taken });
  return ok({
    put: [issuerObject(place, document)],
    event: 'issuer.created',
    detail: { issuer: place.id, name, url },
  });
}

function issuersOf(world: World, { organization }: Place): Iterable<TrustedIssuer> {
  return world.snapshot.organizations.get(organization)?.issuersById.values() ?? [];
}

const NEW = {
  disabled: false,
  replay: 'allow',
  thumbprints: [],
  maxExpiration: DEFAULT_MAX_EXPIRATION,
} as const;

/** `null` and absence are unchanged. What is set here is checked as a whole afterwards. */
function withSettings(
  before: IssuerDocument,
  request: Omit<IssuerUpdate, 'name'> & { readonly name?: string | null | undefined },
): IssuerDocument {
  const { name, thumbprints, maxExpiration, jwks, audiences, replay, maxTokenAge, disabled, preset } =
    request;
  return {
    ...before,
    ...given({ name, thumbprints, maxExpiration, audiences, replay, maxTokenAge, disabled, preset }),
    ...given({ jwks: jwks && JSON.stringify(jwks) }),
  };
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], null | undefined> };

function given<T extends Readonly<Record<string, unknown>>>(members: T): Given<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as Given<T>;
}

export function updateIssuer(world: World, place: Place, request: IssuerUpdate): Result<Edit, Refused> {
  const found = ownedIssuer(world, place);
  if (!found.ok) return found;
  const { issuer, document: before } = found.value;
  const document = withSettings(before, request);
  const fault = issuerFault(document);
  if (fault !== undefined) return err({ kind: 'invalid', message: fault });
  const taken = takenBy(issuersOf(world, place), { ...issuer, name: document.name });
  if (taken !== undefined) return err({ kind: 'taken', message: taken });
  return ok({
    put: [issuerObject(place, document)],
    event: 'issuer.updated',
    detail: { issuer: place.id, changed: changedMembers(before, document) },
  });
}

/** Its policies go with it, and its tokens end for good. */
export function deleteIssuer(world: World, place: Place): Result<Edit, Refused> {
  const found = ownedIssuer(world, place);
  if (!found.ok) return found;
  const { organization, id: key } = place;
  const hasPolicies = found.value.issuer.stored?.policies !== undefined;
  return ok({
    remove: [
      { organization, kind: 'issuer', key },
      ...(hasPolicies ? [{ organization, kind: 'policies', key }] : []),
    ],
    revoke: [{ by: 'issuer', value: key }],
    event: 'issuer.deleted',
    detail: { issuer: key, name: found.value.issuer.name },
  });
}

export interface OwnedIssuer {
  readonly issuer: TrustedIssuer;
  readonly document: IssuerDocument;
}

/** An issuer that the API may change. */
export function ownedIssuer(world: World, { organization, id }: Place): Result<OwnedIssuer, Refused> {
  const issuer = world.snapshot.organizations.get(organization)?.issuersById.get(id);
  if (!issuer) return err({ kind: 'absent', message: 'No such issuer.' });
  const object = world.objects.find((one) => one.kind === 'issuer' && one.key === id);
  if (object?.kind !== 'issuer') return err(DECLARED);
  return ok({ issuer, document: object.document });
}

export const DECLARED: Refused = {
  kind: 'declared',
  message: 'This issuer is declared in the configuration file, which alone changes it and its policies.',
};

function issuerObject({ organization, id: key }: Place, document: IssuerDocument): ObjectContent {
  return { organization, kind: 'issuer', key, document };
}

function changedMembers(before: IssuerDocument, after: IssuerDocument): readonly string[] {
  const names = Object.keys({ ...before, ...after }) as (keyof IssuerDocument)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
