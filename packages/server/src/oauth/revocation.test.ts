import { describe, expect, it } from 'vitest';
import { revocationEndpoint } from './revocation.ts';
import { bodyOf, serviceRequest, startRig, TYPE, type Rig } from './testing/rig.ts';
import { ADMIN_TOKEN, ROUTES } from './testing/snapshot.ts';

const revoke = async (rig: Rig, token: string, by: string): Promise<number> => {
  const body = new URLSearchParams({ token, token_type_hint: 'refresh_token' }).toString();
  const request = serviceRequest(body, { headers: { authorization: `token ${by}` } });
  return (await revocationEndpoint(rig.deps, request)).status;
};
const issue = async (rig: Rig, over: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  String(bodyOf(await rig.exchange(over))['access_token']);

describe('revocation', () => {
  it('lets a token end itself, and nobody end another’s', async () => {
    const rig = startRig();
    const [first, second] = [await issue(rig), await issue(rig)];
    expect(await revoke(rig, second, 'nobody')).toBe(401);
    expect(await revoke(rig, second, first)).toBe(403);
    expect(rig.known.size).toBe(2);
    expect(await revoke(rig, first, first)).toBe(200);
    expect(rig.known.size).toBe(1);
  });

  it('lets a token that is limited to resources end itself and nothing else, its person’s other tokens included', async () => {
    const rig = startRig();
    const personal = { requested_token_type: `${TYPE}personal`, scope: 'user:bob' };
    const [limited, other] = [
      await issue(rig, { ...personal, resource: ROUTES[0] }),
      await issue(rig, personal),
    ];
    expect(await revoke(rig, other, limited)).toBe(403);
    expect(rig.known.size).toBe(2);
    expect(await revoke(rig, limited, limited)).toBe(200);
    expect(rig.known.size).toBe(1);
  });

  it('lets an administrator’s token that is limited to resources administer nothing', async () => {
    const rig = startRig();
    const admin = { subject_token: rig.mint({ sub: 'repo:acme/ops' }), scope: 'admin' };
    const [limited, whole, plain] = [
      await issue(rig, { ...admin, resource: ROUTES[0] }),
      await issue(rig, admin),
      await issue(rig),
    ];
    expect(await revoke(rig, plain, limited)).toBe(403);
    expect(await revoke(rig, plain, whole)).toBe(200);
  });

  it('ends what is suspended for good, and answers 200 to what is gone', async () => {
    const rig = startRig();
    const token = await issue(rig);
    rig.deps.present = () => ({ state: 'invalid' });
    expect(await revoke(rig, token, ADMIN_TOKEN)).toBe(200);
    expect(rig.known.size).toBe(0);
    expect(await revoke(rig, token, ADMIN_TOKEN)).toBe(200);
  });
});
