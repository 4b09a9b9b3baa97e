import { hash } from 'node:crypto';
import type { Row } from '../storage/port.ts';
import { storedObjectDigest } from '../storage/repositories/covered-rows.ts';
import {
  objectsPage,
  objectsVersion,
  parseObject,
  parseObjectsVersion,
  type ObjectKey,
} from '../storage/repositories/objects.ts';
import { parseStoredPolicySet, policySetPage } from '../storage/repositories/policy-sets.ts';
import type { ProvedLink } from './verify-chain.ts';
import type { Coverage } from './verify-coverage.ts';
import { broken, readRows, type Stopped, type Verification } from './verify-model.ts';

/**
 * Whom the server trusts because somebody said so over the API: whoever can write to the database would begin here. Each
 * object is as the newest event about it says, none is there that no event made, none is gone that no event deleted.
 */
export async function verifyObjects(
  verification: Verification,
): Promise<Coverage | { readonly stopped: Stopped }> {
  const { reader } = verification;
  // Rows first: what is changed while they are read has a later number, and is left to the next verification.
  const version = await readRows(reader, objectsVersion());
  const stored = await readStored(verification);
  if (version === undefined || stored === undefined) return { stopped: 'unavailable' };
  const upTo = parseObjectsVersion(version[0]);
  const newest = new Map<string, Said>();
  let ahead: Stopped | undefined;
  return {
    meet(links) {
      for (const link of links) {
        if (isAhead(verification, link, upTo)) ahead ??= broken(link.row, AHEAD);
        else hear(newest, link, upTo);
      }
    },
    unmet: () => ahead ?? contradiction(verification, stored, newest),
  };
}

/** Seconds for which a change may be younger than the verification that finds it. */
const SLACK = 60;

const AHEAD = 'it made a version of the objects that is later than the one stored';

/** Whoever sets the version back could set the objects back with it. */
function isAhead({ options }: Verification, { row, payload }: ProvedLink, upTo: number): boolean {
  return (payload?.rows.objectsVersion ?? 0) > upTo && row.time < (options.now - SLACK) * 1000;
}

interface StoredDigest {
  readonly digest: string;
  /** Epoch seconds. */
  readonly modified: number;
}

/** What the newest event about an object says of it. */
interface Said {
  readonly version: number;
  /** Null: deleted. */
  readonly digest: string | null;
}

const nameOf = (organization: string, kind: string, key: string): string =>
  JSON.stringify([organization, kind, key]);

function hear(newest: Map<string, Said>, { payload }: ProvedLink, upTo: number): void {
  const { objects = [], objectsVersion: version = 0 } = payload?.rows ?? {};
  if (version > upTo) return;
  for (const [organization, kind, key, digest] of objects) {
    const name = nameOf(organization, kind, key);
    if (version > (newest.get(name)?.version ?? -1)) newest.set(name, { version, digest });
  }
}

function contradiction(
  { options, now }: Verification,
  stored: ReadonlyMap<string, StoredDigest>,
  newest: ReadonlyMap<string, Said>,
): Stopped | undefined {
  for (const [name, { digest, modified }] of stored) {
    const said = newest.get(name);
    // What an event of that time said may have been erased, and then cannot answer for the row.
    if (said === undefined && modified < now() - options.retention.audit) continue;
    if (said === undefined) return unnamed(`no event made the object ${name}`);
    if (said.digest !== digest) return unnamed(`the object ${name} is not as it was written last`);
  }
  for (const [name, { digest }] of newest) {
    if (digest !== null && !stored.has(name))
      return unnamed(`the object ${name} is gone, and no event deleted it`);
  }
  return undefined;
}

const PAGE = 500;

async function readStored({ reader }: Verification): Promise<ReadonlyMap<string, StoredDigest> | undefined> {
  const stored = new Map<string, StoredDigest>();
  let after: ObjectKey | undefined;
  for (;;) {
    const rows: readonly Row[] | undefined = await readRows(reader, objectsPage(after, PAGE));
    if (rows === undefined) return undefined;
    for (const row of rows) {
      const object = parseObject(row);
      after = object;
      const modified = Math.floor(object.modified_at / 1000);
      const name = nameOf(object.organization, object.kind, object.key);
      stored.set(name, { digest: storedObjectDigest(row), modified });
    }
    if (rows.length < PAGE) return stored;
  }
}

/** A decision cites the policies of its day by the hash of their text: another text would explain it falsely. */
export async function verifyPolicyDocuments({ reader }: Verification): Promise<Stopped | undefined> {
  for (let after = ''; ;) {
    const rows = await readRows(reader, policySetPage(after, PAGE));
    if (rows === undefined) return 'unavailable';
    for (const row of rows) {
      const { hash: cited, document } = parseStoredPolicySet(row);
      if (hash('sha256', document, 'base64url') !== cited)
        return unnamed(`the policy document ${cited} was changed`);
      after = cited;
    }
    if (rows.length < PAGE) return undefined;
  }
}

function unnamed(what: string): Stopped {
  return { broken: { what } };
}
