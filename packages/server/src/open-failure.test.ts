import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditFromStorage } from './audit-from-storage.ts';
import { explainFromStorage } from './explain-from-storage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-open-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function storage(name: string) {
  const configFile = join(folder, `${name}.yaml`);
  const token = 'x'.repeat(32);
  await writeFile(
    configFile,
    `url: http://localhost:8080\nstorage: sqlite:${name}.db\nadmin_token: ${token}\n`,
  );
  return { configFile, env: {} };
}

describe('a database that cannot be looked at', () => {
  it.each([
    ['is not there', 'absent', 'absent.db cannot be used: there is no such file'],
    ['is none', 'foreign', 'foreign.db is not a database of countersign'],
  ])('and %s is named, with the reason in words', async (_name, name, said) => {
    await writeFile(join(folder, 'foreign.db'), 'a letter to somebody else, and long enough for a header');
    const options = await storage(name);
    const failure = { ok: false, error: { message: expect.stringContaining(said) } };
    expect(await verifyAuditFromStorage({ ...options, now: 1 })).toMatchObject(failure);
    expect(await explainFromStorage({ ...options, decision: `dec_${'0'.repeat(26)}` })).toMatchObject(
      failure,
    );
  });
});
