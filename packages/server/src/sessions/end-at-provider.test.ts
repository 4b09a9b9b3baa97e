import { ok } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { house } from '../programmatic/testing/people.ts';
import type { Statement } from '../storage/port.ts';
import { sessionsAtProvider } from '../storage/repositories/sessions-at-provider.ts';
import { endAtProvider } from './end-at-provider.ts';
import { ADA, startBrowsers, type Browsers } from './testing/house.ts';

let browsers: Browsers;
afterEach(() => browsers.people.close());

async function order(more: object = {}) {
  const [provider] = browsers.deps.snapshot().identityProvidersById.values();
  if (!provider) throw new Error('there is no provider');
  const issuedAt = Math.floor(browsers.people.time.now / 1000);
  return { providers: [provider], issuedAt, subject: '1001', ...more };
}

const PAGE = sessionsAtProvider({ provider: 'i', subject: 's', begunBy: 0 }, '', 1).sql;

describe('the sessions of a person', () => {
  it('end, more than one step of them', async () => {
    browsers = await startBrowsers(house());
    const sessions = [];
    for (let index = 0; index < 101; index += 1) sessions.push(await browsers.open(ADA));
    expect(await endAtProvider(browsers.deps, await order())).toEqual(ok(101));
    for (const { value } of sessions) expect(await browsers.stateOf(value)).toBe('revoked');
  });

  it('are no more than what one logout ends: the provider hears that it failed, and repeats it', async () => {
    browsers = await startBrowsers(house());
    let pages = 0;
    // Always another page of them, each of which has ended by the time that it is looked at.
    const read = async ({ sql }: Statement) => {
      if (sql !== PAGE) return ok([]);
      pages += 1;
      return ok(Array.from({ length: 100 }, (_, index) => ({ id: `tok_${pages}_${index}` })));
    };
    const deps = { ...browsers.deps, reader: { read } };
    expect(await endAtProvider(deps, await order())).toEqual({ ok: false, error: 'unavailable' });
    expect(pages).toBe(50);
  });
});
