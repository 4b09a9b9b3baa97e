import { isObject, ok, type Json, type Result } from '@countersign/core';
import type { Change } from '../storage/repositories/changes.ts';
import type { MassRevocations } from './mass-revocations.ts';
import { REVOKED_BY, type MassRevocation } from './model.ts';
import type { TokenTable } from './token-table.ts';

/** What a change of the feed does to this process. Applied twice it does the same: its own changes come back to it. */
export interface ApplyDeps {
  readonly table: Pick<TokenTable, 'remove'>;
  readonly massRevocations: Pick<MassRevocations, 'add'>;
  readonly reloadKeys: () => Promise<Result<void, 'unavailable'>>;
  readonly reloadObjects: () => Promise<Result<void, 'unavailable'>>;
}

/** `unavailable`: the change has to be heard again. Throws for a change that is none of ours (a fault). */
export async function applyChange(
  deps: ApplyDeps,
  { kind, payload }: Pick<Change, 'kind' | 'payload'>,
): Promise<Result<void, 'unavailable'>> {
  switch (kind) {
    case 'token.revoked':
      deps.table.remove(hashIn(payload));
      return ok(undefined);
    case 'session.refreshed':
      // Whom they speak as is another now: the next use asks storage.
      for (const hash of hashesIn(payload)) deps.table.remove(hash);
      return ok(undefined);
    case 'tokens.revoked':
      deps.massRevocations.add(revocationIn(payload));
      return ok(undefined);
    case 'keys.changed':
      return deps.reloadKeys();
    case 'objects.changed':
      return deps.reloadObjects();
    default:
      throw new Error('a change has a kind that this version does not know');
  }
}

const SHA_256_BYTES = 32;

function hashIn(payload: Json): Uint8Array {
  const text = isObject(payload) && typeof payload['hash'] === 'string' ? payload['hash'] : '';
  const hash = Buffer.from(text, 'base64url');
  if (hash.length !== SHA_256_BYTES) throw new Error('a change names no token');
  return hash;
}

/** Tokens of one session (`MAX_TOKENS`). */
const MAX_HASHES = 257;

function hashesIn(payload: Json): readonly Uint8Array[] {
  const hashes = isObject(payload) ? payload['hashes'] : undefined;
  if (!Array.isArray(hashes) || hashes.length > MAX_HASHES)
    throw new Error('a change of kind session.refreshed names no tokens');
  return hashes.map((hash) => hashIn({ hash }));
}

function revocationIn(payload: Json): MassRevocation {
  const { organization, value, before, ...rest } = isObject(payload) ? payload : {};
  const by = REVOKED_BY.find((kind) => kind === rest['by']);
  if (by === undefined || typeof organization !== 'string' || typeof value !== 'string' || !isTime(before)) {
    throw new Error('a change of kind tokens.revoked names no revocation');
  }
  return { organization, by, value, before };
}

function isTime(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
