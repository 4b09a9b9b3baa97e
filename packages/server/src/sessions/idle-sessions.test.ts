import { afterEach, describe, expect, it } from 'vitest';
import { house, START } from '../programmatic/testing/people.ts';
import { putLastUse } from '../storage/repositories/last-uses.ts';
import { endIdleSessions, USES_ARE_WRITTEN_WITHIN } from './idle-sessions.ts';
import { startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;
afterEach(() => browsers.people.close());

const IDLE = 3600;
const withIdle = (idle = '1h') => ({ ...house(), session: { idle } });
const look = () => endIdleSessions(browsers.deps, () => false);
const at = (seconds: number): void => {
  browsers.people.time.now = (START + seconds) * 1000;
};

async function reasons(): Promise<readonly unknown[]> {
  const read = await browsers.people.database.read({
    sql: `select "detail" from "audit" where "event" = 'session.ended'`,
    parameters: [],
  });
  return read.ok ? read.value.map(({ detail }) => JSON.parse(String(detail)) as unknown) : [];
}

describe('a session that nobody uses', () => {
  it('ends with all its tokens once it has been idle for long enough, and not a second sooner', async () => {
    browsers = await startBrowsers(withIdle());
    const session = await browsers.open();
    const route = await browsers.handOver(session);
    at(IDLE + USES_ARE_WRITTEN_WITHIN - 1);
    await look();
    expect(await browsers.stateOf(session.value)).toBe('live');
    at(IDLE + USES_ARE_WRITTEN_WITHIN);
    await look();
    expect(await browsers.stateOf(session.value)).toBe('revoked');
    expect(await browsers.stateOf(route)).toBe('revoked');
    expect(await reasons()).toMatchObject([{ reason: 'idle' }]);
  });

  it('stays while a route host uses it', async () => {
    browsers = await startBrowsers(withIdle());
    const session = await browsers.open();
    const route = await browsers.handOver(session);
    const presented = await browsers.deps.present(route);
    const id = presented.state === 'live' ? presented.token.id : '';
    await browsers.people.database.write([putLastUse(id, START + 1000)]);
    at(IDLE + USES_ARE_WRITTEN_WITHIN + 999);
    await look();
    expect(await browsers.stateOf(route)).toBe('live');
    at(IDLE + USES_ARE_WRITTEN_WITHIN + 1000);
    await look();
    expect(await browsers.stateOf(route)).toBe('revoked');
  });

  it('stays where the configuration has no such end', async () => {
    browsers = await startBrowsers(withIdle('0'));
    const session = await browsers.open();
    at(13 * 3600);
    await look();
    expect(await browsers.stateOf(session.value)).toBe('live');
  });

  it('is found among more than one step of others', async () => {
    browsers = await startBrowsers(withIdle());
    const { id } = await browsers.open();
    // Ids before it in order, as rows of sessions that are in use.
    const filler = {
      sql: `with recursive "n"("i") as (select 1 union all select "i" + 1 from "n" where "i" < 600) insert into "session" ("id", "provider", "subject", "address", "user_agent", "created_at", "expires_at", "failures", "tokens") select 'tok_0' || printf('%025d', "i"), '', 's', '', '', ?, ?, 0, 0 from "n"`,
      parameters: [START + 99_999, START + 999_999],
    };
    expect(await browsers.people.database.write([filler])).toMatchObject({ ok: true });
    at(IDLE + USES_ARE_WRITTEN_WITHIN);
    await look();
    const left = await browsers.people.database.read({
      sql: 'select "id" from "session" where "id" = ?',
      parameters: [id],
    });
    expect(left).toEqual({ ok: true, value: [] });
  });
});
