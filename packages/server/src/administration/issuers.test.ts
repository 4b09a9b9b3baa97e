import { describe, expect, it } from 'vitest';
import { compileWorld, type World } from '../snapshot/world.ts';
import type { StoredObject } from '../snapshot/stored-objects.ts';
import { acme, configOf } from '../snapshot/testing/from-file.ts';
import { deleteIssuer, registerIssuer, updateIssuer } from './issuers.ts';

const PLACE = { organization: 'acme', id: 'iss_1' };
const MARK = { version: 1, created: 1, modified: 1 };
const LATE = {
  name: 'late',
  url: 'https://late.example',
  issuer: 'https://late.example',
  disabled: false,
  replay: 'allow',
  thumbprints: ['a'.repeat(64)],
  maxExpiration: 60,
} as const;

function worldWith(...objects: readonly StoredObject[]): World {
  const world = compileWorld(configOf(acme()), { objects, version: 1 }, undefined);
  if (!world.ok) throw new Error(JSON.stringify(world.error));
  return world.value;
}

const issuer: StoredObject = { organization: 'acme', kind: 'issuer', key: 'iss_1', document: LATE, ...MARK };
const policies: StoredObject = {
  organization: 'acme',
  kind: 'policies',
  key: 'iss_1',
  document: { policies: [] },
  ...MARK,
};

describe('an issuer that is registered', () => {
  it('has the defaults of the file, and what it has shown', () => {
    const edit = registerIssuer(
      worldWith(),
      PLACE,
      { name: 'late', url: LATE.url },
      {
        issuer: 'https://late.example/',
        thumbprints: ['b'.repeat(64)],
      },
    );
    expect(edit).toMatchObject({
      ok: true,
      value: {
        event: 'issuer.created',
        put: [
          {
            key: 'iss_1',
            document: {
              issuer: 'https://late.example/',
              thumbprints: ['b'.repeat(64)],
              maxExpiration: 90_000,
              replay: 'allow',
              disabled: false,
            },
          },
        ],
      },
    });
  });
});

describe('an issuer whose organization is gone by now', () => {
  it('is not registered', () => {
    const place = { organization: 'gone', id: 'iss_1' };
    const edit = registerIssuer(worldWith(), place, { name: 'late', url: LATE.url }, undefined);
    expect(edit).toMatchObject({ ok: false, error: { kind: 'absent' } });
  });
});

describe('an issuer that is changed', () => {
  it('keeps what is null or absent', () => {
    const edit = updateIssuer(worldWith(issuer), PLACE, { name: 'new', thumbprints: null });
    expect(edit).toMatchObject({
      ok: true,
      value: { put: [{ document: { ...LATE, name: 'new' } }], detail: { changed: ['name'] } },
    });
  });

  it('is none of the file', () => {
    const world = worldWith(issuer);
    const [declared] = [...(world.snapshot.organizations.get('acme')?.issuersById.values() ?? [])];
    const place = { organization: 'acme', id: declared?.id ?? '' };
    expect(updateIssuer(world, place, {})).toMatchObject({ ok: false, error: { kind: 'declared' } });
    expect(deleteIssuer(world, place)).toMatchObject({ ok: false, error: { kind: 'declared' } });
    expect(updateIssuer(world, { ...PLACE, id: 'iss_2' }, {})).toMatchObject({ error: { kind: 'absent' } });
  });
});

describe('an issuer that is deleted', () => {
  it('ends its tokens for good', () => {
    expect(deleteIssuer(worldWith(issuer), PLACE)).toMatchObject({
      ok: true,
      value: { revoke: [{ by: 'issuer', value: 'iss_1' }] },
    });
  });

  it('takes its policies with it, where there are any', () => {
    const removed = (world: World) => {
      const edit = deleteIssuer(world, PLACE);
      return edit.ok && edit.value.remove?.map(({ kind }) => kind);
    };
    expect(removed(worldWith(issuer))).toEqual(['issuer']);
    expect(removed(worldWith(issuer, policies))).toEqual(['issuer', 'policies']);
  });
});
