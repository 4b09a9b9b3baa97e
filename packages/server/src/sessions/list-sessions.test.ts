import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertSession } from '../storage/repositories/browser-sessions.ts';
import { EVERYWHERE } from '../tokens/model.ts';
import { listSessions, MAX_LISTED } from './list-sessions.ts';
import { startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;
beforeEach(async () => {
  browsers = await startBrowsers();
});
afterEach(() => browsers.people.close());

it('lists so many sessions of a person and no more, the newest first', async () => {
  const session = await browsers.live(await browsers.open());
  const { issuer: provider, subject } = session.token;
  const createdAt = Math.floor(browsers.people.time.now / 1000);
  // Older ones: their ids come before.
  const older = Array.from({ length: MAX_LISTED }, (_each, at) =>
    insertSession({
      id: `tok_00${String(at).padStart(24, '0')}`,
      provider,
      subject,
      address: '192.0.2.1',
      userAgent: '',
      createdAt,
      expiresAt: createdAt + 3600,
    }),
  );
  expect((await browsers.people.database.write(older)).ok).toBe(true);
  const listed = await listSessions(browsers.deps, session);
  if (!listed.ok) throw new Error(listed.error);
  expect(listed.value).toHaveLength(MAX_LISTED);
  expect(listed.value[0]?.id).toBe(session.id);
  expect(listed.value.map(({ id }) => id)).not.toContain(`tok_00${'0'.repeat(24)}`);
});

it('shows none that a mass revocation has ended, also where one has begun since', async () => {
  const before = Math.floor(browsers.people.time.now / 1000);
  const old = await browsers.live(await browsers.open());
  browsers.people.time.now += 60_000;
  const session = await browsers.live(await browsers.open());
  const shown = async () => {
    const listed = await browsers.sessions.list(session);
    return listed.ok ? listed.value.map(({ id }) => id) : listed.error;
  };
  expect(await shown()).toEqual([session.id, old.id]);
  const { issuer } = session.token;
  browsers.process.massRevocations.add({ organization: EVERYWHERE, by: 'issuer', value: issuer, before });
  expect(await shown()).toEqual([session.id]);
});
