import type { Row } from '../storage/port.ts';
import { storedIdentityDigest } from '../storage/repositories/covered-rows.ts';
import { identitiesPage, parseIdentity, type Identity } from '../storage/repositories/identities.ts';
import { objectsVersion, parseObjectsVersion } from '../storage/repositories/objects.ts';
import type { ProvedLink } from './verify-chain.ts';
import type { Coverage } from './verify-coverage.ts';
import { readRows, type Stopped, type Verification } from './verify-model.ts';

/**
 * Who people are: whoever could write a row here would be any member. Each identity is as the sign-in that bound it
 * says, none is there that no sign-in bound or that was taken away since, none is gone that nobody took away. A sign-in
 * commits on a version of the objects and a removal makes the next, so that their order is that of these numbers.
 */
export async function verifyIdentities(
  verification: Verification,
): Promise<Coverage | { readonly stopped: Stopped }> {
  const { reader } = verification;
  // Rows first: what is taken away while they are read has a later number, and is left to the next verification.
  const version = await readRows(reader, objectsVersion());
  const stored = await readStored(verification);
  if (version === undefined || stored === undefined) return { stopped: 'unavailable' };
  const upTo = parseObjectsVersion(version[0]);
  const heard: Heard = { bound: new Map(), gone: new Map() };
  return {
    meet(links) {
      for (const link of links) hear(heard, link, upTo);
    },
    unmet: () => contradiction(verification, stored, heard),
  };
}

type Key = Pick<Identity, 'organization' | 'user' | 'id'>;

interface Heard {
  readonly bound: Map<string, Bound>;
  /** Versions of the objects by which identities were taken away; the later one of two. */
  readonly gone: Map<string, number>;
}

/** What the event of a sign-in says of an identity. */
interface Bound extends Key {
  readonly digest: string;
  /** Version of the objects that it was bound on. */
  readonly on: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

interface Stored {
  readonly digest: string;
  readonly identity: Identity;
}

const nameOf = (...parts: readonly (string | null)[]): string => JSON.stringify(parts);

function hear({ bound, gone }: Heard, { row, payload }: ProvedLink, upTo: number): void {
  const rows = payload?.rows ?? {};
  const { objectsVersion: version = 0, onObjectsVersion: on = 0 } = rows;
  for (const [organization, user, id, digest] of rows.identities ?? [])
    bound.set(nameOf(organization, user, id), { organization, user, id, digest, on, time: row.time });
  if (version > upTo) return;
  for (const removal of rows.identitiesGone ?? []) {
    const name = nameOf(...removal);
    gone.set(name, Math.max(version, gone.get(name) ?? 0));
  }
}

/** The latest version by which an identity was taken away: by itself, with its member or with the organization. */
function removedAt({ gone }: Heard, { organization, user, id }: Key): number {
  const names = [
    nameOf(organization, user, id),
    nameOf(organization, user, null),
    nameOf(organization, null, null),
  ];
  return Math.max(...names.map((name) => gone.get(name) ?? 0));
}

/** Seconds for which a sign-in may be younger than the verification that finds it. */
const SLACK = 60;

function contradiction(
  { options, now }: Verification,
  stored: ReadonlyMap<string, Stored>,
  heard: Heard,
): Stopped | undefined {
  for (const [name, { digest, identity }] of stored) {
    const said = heard.bound.get(name);
    // What an event of that time said may have been erased, and then cannot answer for the row.
    if (said === undefined && identity.createdAt < now() - options.retention.audit) continue;
    if (said === undefined) return unnamed(`no sign-in bound the identity ${name}`);
    if (said.digest !== digest) return unnamed(`the identity ${name} is not as it was bound`);
    if (removedAt(heard, said) > said.on) return unnamed(`the identity ${name} was taken away, and is there`);
  }
  for (const [name, said] of heard.bound) {
    if (stored.has(name) || said.time > (options.now - SLACK) * 1000) continue;
    if (removedAt(heard, said) <= said.on)
      return unnamed(`the identity ${name} is gone, and nobody took it away`);
  }
  return undefined;
}

const PAGE = 500;

async function readStored({ reader }: Verification): Promise<ReadonlyMap<string, Stored> | undefined> {
  const stored = new Map<string, Stored>();
  let after: Identity | undefined;
  for (;;) {
    const rows: readonly Row[] | undefined = await readRows(reader, identitiesPage(after, PAGE));
    if (rows === undefined) return undefined;
    for (const row of rows) {
      const identity = parseIdentity(row);
      after = identity;
      const { organization, user, id } = identity;
      stored.set(nameOf(organization, user, id), { digest: storedIdentityDigest(row), identity });
    }
    if (rows.length < PAGE) return stored;
  }
}

function unnamed(what: string): Stopped {
  return { broken: { what } };
}
