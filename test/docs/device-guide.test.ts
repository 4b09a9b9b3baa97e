import { readFile } from 'node:fs/promises';
import { REFUSALS } from '@countersign/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { ask, post } from '../support/request.ts';

/** What the guide to programs without a browser shows: the answers have these members, and refusals these words. */
let house: PeopleHouse;
let guide: string;

beforeAll(async () => {
  guide = await readFile(new URL('../../docs/guides/device-sign-in.md', import.meta.url), 'utf8');
  house = await startPeopleHouse();
});
afterAll(() => house.dispose());

const shown = (): Record<string, unknown> =>
  JSON.parse(/^```json\n(.*?)^```/ms.exec(guide)?.[1] ?? '') as Record<string, unknown>;

it('answers the first request as it is shown', async () => {
  const reply = await ask(house.port, {
    method: 'POST',
    path: '/api/oauth/device',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: 'deploy tool' }).toString(),
  });
  const answer = reply.json();
  const { device_code: code, expires_in: life, interval } = shown();
  expect(Object.keys(answer)).toEqual(Object.keys(shown()));
  expect([answer['expires_in'], answer['interval']]).toEqual([life, interval]);
  expect(code).toContain(`${String(answer['device_code']).length} characters`);
  const waiting = await post(house.port, '/api/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'deploy tool',
    device_code: String(answer['device_code']),
  });
  expect(waiting.json()['error']).toBe('authorization_pending');
});

it('has a line for every refusal of a program', () => {
  // Behind the head of the table.
  const words = [...guide.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, word]) => word).slice(1);
  const refusals = Object.entries(REFUSALS).filter(([code]) => /^device\.(?!user_)/.test(code));
  expect(new Set(words)).toEqual(new Set(refusals.map(([, { error }]) => error)));
});
