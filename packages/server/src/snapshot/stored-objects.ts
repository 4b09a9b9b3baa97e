import { isObject, type Claims, type Json, type TrustPolicy } from '@countersign/core';
import { parseJsonColumn } from '../storage/repositories/table-shape.ts';
import type { ObjectKey, ObjectRow } from '../storage/repositories/objects.ts';

/**
 * What was created over the API, as closed types. These documents are written by this program alone, from values that
 * were parsed at the edge; what does not even have their outline is a fault, and nothing starts on it.
 */

export interface MemberDocument {
  readonly role: 'admin' | 'member';
  readonly email?: string;
  readonly name?: string;
}

export interface TeamDocument {
  readonly displayName: string;
  readonly description: string;
  readonly members: readonly { readonly login: string; readonly role: 'admin' | 'member' }[];
}

export interface RunnerDocument {
  readonly name: string;
  readonly description: string;
}

export interface ServiceAccountDocument {
  readonly description: string;
  readonly claims: Claims;
  readonly disabled: boolean;
}

export interface IssuerDocument {
  readonly name: string;
  readonly url: string;
  /** `issuer` as its discovery document says it. */
  readonly issuer: string;
  readonly disabled: boolean;
  readonly replay: 'allow' | 'once';
  /** Lower-case hex. */
  readonly thumbprints: readonly string[];
  /** Seconds. */
  readonly maxExpiration: number;
  readonly preset?: string;
  readonly audiences?: readonly string[] | 'any';
  /** JSON of a key set (RFC 7517). */
  readonly jwks?: string;
  /** Seconds. */
  readonly maxTokenAge?: number;
}

/** Policies of the issuer that `key` names. */
export interface PoliciesDocument {
  readonly policies: readonly TrustPolicy[];
}

/** An organization is its name and what belongs to it; there is nothing else to say. */
export type OrganizationDocument = Readonly<Record<string, never>>;

interface Documents {
  readonly organization: OrganizationDocument;
  readonly member: MemberDocument;
  readonly team: TeamDocument;
  readonly runner: RunnerDocument;
  readonly service_account: ServiceAccountDocument;
  readonly issuer: IssuerDocument;
  readonly policies: PoliciesDocument;
}

export type ObjectKind = keyof Documents;

/** An object before it is written: its version and times are the change's to give. */
export type ObjectContent = {
  readonly [Kind in ObjectKind]: {
    readonly organization: string;
    readonly kind: Kind;
    /** Name or id: see the column. */
    readonly key: string;
    readonly document: Documents[Kind];
  };
}[ObjectKind];

export type StoredObject = ObjectContent & {
  /** From 1. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly modified: number;
};

const KINDS: Readonly<Record<ObjectKind, true>> = {
  organization: true,
  member: true,
  team: true,
  runner: true,
  service_account: true,
  issuer: true,
  policies: true,
};

/** What an object is found by among others; no two have the same. */
export function objectName({ organization, kind, key }: ObjectKey): string {
  return JSON.stringify([organization, kind, key]);
}

export function readStoredObject(row: ObjectRow): StoredObject {
  const { organization, kind, key, version, created_at: created, modified_at: modified } = row;
  const document = parseJsonColumn('object.document', row.document) as Json;
  if (!Object.hasOwn(KINDS, kind) || !isObject(document)) {
    throw new Error('storage: object is of a kind unknown to this version');
  }
  return { organization, kind, key, document, version, created, modified } as unknown as StoredObject;
}

export function objectRow({ document, created, modified, ...row }: StoredObject): ObjectRow {
  return { ...row, document: JSON.stringify(document), created_at: created, modified_at: modified };
}
