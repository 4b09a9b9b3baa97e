import { describe, expect, it } from 'vitest';
import { bodyOf, serviceRequest, startRig, type Rig } from '../oauth/testing/rig.ts';
import { ADMIN_TOKEN, ROUTES } from '../oauth/testing/snapshot.ts';
import { identifyCaller, identifyHolder } from './caller.ts';

const request = (authorization?: string) =>
  serviceRequest({}, authorization === undefined ? {} : { headers: { authorization } });
const issue = async (rig: Rig, over = {}): Promise<string> =>
  String(bodyOf(await rig.exchange(over))['access_token']);

describe('who calls the API', () => {
  it('is the holder of a live token, or the site administrator', async () => {
    const rig = startRig();
    const token = await issue(rig);
    for (const scheme of ['Bearer', 'token', 'TOKEN'])
      expect(await identifyCaller(rig.deps, request(`${scheme} ${token}`))).toMatchObject({
        ok: true,
        value: { principal: { kind: 'organization' }, token: { organization: 'acme' } },
      });
    expect(await identifyCaller(rig.deps, request(`Bearer ${ADMIN_TOKEN}`))).toMatchObject({
      ok: true,
      value: { principal: { kind: 'administrator' } },
    });
  });

  it('is not the holder of a token that opens named resources', async () => {
    const rig = startRig();
    const token = await issue(rig, { resource: ROUTES[0] });
    expect(await identifyCaller(rig.deps, request(`Bearer ${token}`))).toEqual({
      ok: false,
      error: 'unauthenticated',
    });
    expect(await identifyHolder(rig.deps, request(`Bearer ${token}`))).toMatchObject({ ok: true });
  });

  it('is nobody where storage says nothing', async () => {
    const rig = startRig();
    rig.deps.present = () => ({ state: 'unavailable' });
    expect(await identifyCaller(rig.deps, request('Bearer x'))).toEqual({ ok: false, error: 'unavailable' });
    expect(rig.deps.failures.wait('192.0.2.1')).toBe(0);
  });

  it('is not looked at after too many failures from one address', async () => {
    const rig = startRig();
    const token = await issue(rig);
    const failures = [undefined, 'Bearer nobody', `Bearer ${ADMIN_TOKEN}x`, `Basic ${token}`];
    for (let failure = 0; failure < 200; failure += 1)
      expect(await identifyCaller(rig.deps, request(failures[failure % failures.length]))).toEqual({
        ok: false,
        error: 'unauthenticated',
      });
    let asked = false;
    rig.deps.present = (value) => ((asked = true), rig.deps.find(value));
    const limited = { ok: false, error: 'limited' };
    expect(await identifyCaller(rig.deps, request(`Bearer ${token}`))).toEqual(limited);
    expect(await identifyCaller(rig.deps, request(`Bearer ${ADMIN_TOKEN}`))).toEqual(limited);
    expect(asked).toBe(false);
    rig.time.now += 1_000;
    expect(await identifyCaller(rig.deps, request(`Bearer ${token}`))).toMatchObject({ ok: true });
  });

  it('is never limited by good calls', async () => {
    const rig = startRig({ settings: { failuresPerSecond: 1 } });
    const token = await issue(rig);
    for (let good = 0; good < 50; good += 1)
      expect((await identifyCaller(rig.deps, request(`Bearer ${token}`))).ok).toBe(true);
  });
});
