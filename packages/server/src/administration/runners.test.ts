import { describe, expect, it } from 'vitest';
import { fileId } from '../snapshot/file-id.ts';
import { createMassRevocations } from '../tokens/mass-revocations.ts';
import { createRunnerMint } from './runner-token.ts';
import { createRunner, deleteRunner, updateRunner } from './runners.ts';
import { made, worldAfter, worldOf } from './testing/world.ts';

const NOW = 1_790_000_000;
const ARM = { organization: 'acme', id: 'run_1' };
const TOKEN = { record: { id: 'tok_1', issuedAt: NOW }, statements: [{ sql: 'x', parameters: [] }] };
const tokensOf = (name: string) => ({ by: 'principal', value: `runner:acme/${name}` });

type Token = Parameters<typeof createRunner>[3];
const token = TOKEN as unknown as Token;

describe('a runner that is made', () => {
  it('is there with its token, in one commit, and nothing from before speaks as it', () => {
    const world = worldOf([]);
    const edit = createRunner(world, ARM, { name: 'arm', description: null }, token);
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ ...tokensOf('arm'), before: NOW - 1 }],
        more: TOKEN.statements,
        event: 'runner.created',
        detail: { runner: 'run_1', name: 'arm', token: 'tok_1' },
      },
    });
    if (!edit.ok) return;
    const { directory } = worldAfter(world, edit.value).snapshot.organizations.get('acme') ?? {};
    expect(directory?.runnersById.get('run_1')).toMatchObject({ name: 'arm', description: '' });
    expect(directory?.runners.has('arm')).toBe(true);
  });

  it('has a name of its own, whoever owns the other, and one that is no id', () => {
    const world = worldOf([made.runner('acme', 'run_2', 'arm')]);
    for (const name of ['arm', 'linux'])
      expect(createRunner(world, ARM, { name }, token)).toMatchObject({
        ok: false,
        error: { kind: 'taken' },
      });
    expect(createRunner(world, ARM, { name: fileId('run', 'acme', 'linux') }, token)).toEqual({
      ok: false,
      error: { kind: 'invalid', message: 'name: expected a name, and not an id' },
    });
  });

  it('needs an organization, which may have ended meanwhile', () => {
    expect(createRunner(worldOf([]), { ...ARM, organization: 'gone' }, { name: 'arm' }, token)).toMatchObject(
      {
        ok: false,
        error: { kind: 'absent' },
      },
    );
  });
});

describe('a runner that is changed', () => {
  const world = worldOf([made.runner('acme', 'run_1', 'arm'), made.runner('acme', 'run_2', 'mac')]);

  it('loses its tokens with its name, and takes over none with the new one', () => {
    expect(updateRunner(world, ARM, { name: 'arm64' }, NOW)).toMatchObject({
      ok: true,
      value: {
        put: [{ key: 'run_1', document: { name: 'arm64', description: '' } }],
        revoke: [tokensOf('arm'), { ...tokensOf('arm64'), before: NOW - 1 }],
        detail: { name: 'arm64', was: 'arm' },
      },
    });
  });

  it('keeps them with its name', () => {
    for (const request of [
      { description: 'd' },
      { name: 'arm', description: 'd' },
      { name: null, description: 'd' },
    ]) {
      const edit = updateRunner(world, ARM, request, NOW);
      expect(edit).toMatchObject({
        ok: true,
        value: { put: [{ document: { name: 'arm', description: 'd' } }] },
      });
      expect(edit.ok && edit.value.revoke).toBeUndefined();
    }
  });

  it('cannot take the name of another', () => {
    for (const name of ['mac', 'linux'])
      expect(updateRunner(world, ARM, { name }, NOW)).toMatchObject({ ok: false, error: { kind: 'taken' } });
  });
});

describe('a runner that is deleted', () => {
  it('ends its tokens', () => {
    const world = worldOf([made.runner('acme', 'run_1', 'arm')]);
    expect(deleteRunner(world, ARM)).toEqual({
      ok: true,
      value: {
        remove: [{ organization: 'acme', kind: 'runner', key: 'run_1' }],
        revoke: [tokensOf('arm')],
        event: 'runner.deleted',
        detail: { runner: 'run_1', name: 'arm' },
      },
    });
  });

  it.each([
    [fileId('run', 'acme', 'linux'), 'declared'],
    ['run_9', 'absent'],
  ])('is one of the API, as one that is changed: %s', (id, kind) => {
    const world = worldOf([]);
    expect(deleteRunner(world, { ...ARM, id })).toMatchObject({ ok: false, error: { kind } });
    expect(updateRunner(world, { ...ARM, id }, {}, NOW)).toMatchObject({ ok: false, error: { kind } });
  });
});

describe('the token of a runner', () => {
  const order = { organization: 'acme', runner: 'arm', createdBy: 'administrator' };
  const massRevocations = createMassRevocations();
  const mint = createRunnerMint({
    random: { bytes: (length) => new Uint8Array(length) },
    checksums: { checksum: () => '0'.repeat(6), verify: () => true },
    massRevocations,
    clock: { now: () => NOW * 1000 },
  });

  it('speaks as the runner, opaque, until the runner ends', () => {
    expect(mint(order).record).toMatchObject({
      prefix: 'csr',
      principal: { kind: 'runner', organization: 'acme', runner: 'arm' },
      organization: 'acme',
      issuer: 'api',
      resources: [],
      format: 'opaque',
      issuedAt: NOW,
      expiresAt: 253_402_300_799,
    });
  });

  it('is not over with what ended a runner of that name in this very second', () => {
    massRevocations.add({ organization: 'acme', by: 'principal', value: 'runner:acme/arm', before: NOW });
    const { record } = mint(order);
    expect(record.issuedAt).toBe(NOW + 1);
    expect(massRevocations.covers(record)).toBe(false);
  });
});
