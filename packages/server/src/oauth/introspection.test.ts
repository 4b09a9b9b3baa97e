import { describe, expect, it } from 'vitest';
import type { Answer } from '../http/message.ts';
import { NEVER_EXPIRES } from '../tokens/model.ts';
import { introspectionEndpoint } from './introspection.ts';
import { bodyOf, serviceRequest, startRig, TYPE, type Rig } from './testing/rig.ts';
import { ADMIN_TOKEN, ROUTES } from './testing/snapshot.ts';

const INACTIVE = { active: false };
const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
const introspect = (rig: Rig, token: string, by: string): Promise<Answer> =>
  introspectionEndpoint(rig.deps, serviceRequest(new URLSearchParams({ token }).toString(), bearer(by)));

async function issue(rig: Rig, over: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const answer = await rig.exchange(over);
  if (answer.status !== 200) throw new Error(answer.body);
  return String(bodyOf(answer)['access_token']);
}

/** One token of each kind of caller, all of `acme`. */
async function callers(rig: Rig) {
  const ops = { subject_token: rig.mint({ sub: 'repo:acme/ops' }) };
  return {
    plain: await issue(rig),
    other: await issue(rig),
    admin: await issue(rig, { ...ops, scope: 'admin' }),
    team: await issue(rig, { requested_token_type: `${TYPE}team`, scope: 'team:platform' }),
    limited: await issue(rig, { resource: ROUTES[0] }),
  };
}

describe('introspection', () => {
  it('says of a live token what it stands for', async () => {
    const rig = startRig();
    const { team } = await callers(rig);
    const answer = await introspect(rig, team, team);
    expect(answer.headers['cache-control']).toBe('no-store');
    const now = Math.floor(rig.time.now / 1000);
    expect(bodyOf(answer)).toEqual({
      active: true,
      token_type: 'Bearer',
      scope: 'team:platform',
      client_id: 'iss_ci',
      iss: 'https://sts.example',
      aud: ['https://sts.example'],
      sub: 'team:acme/platform',
      jti: expect.stringMatching(/^tok_/),
      iat: now,
      exp: now + 7200,
      org: 'acme',
      principal: { kind: 'team', id: 'team:acme/platform', organization: 'acme', team: 'acme/platform' },
    });
  });

  it('names the person of a personal token, and the resources of a limited one', async () => {
    const rig = startRig();
    const personal = await issue(rig, { requested_token_type: `${TYPE}personal`, scope: 'user:bob' });
    expect(bodyOf(await introspect(rig, personal, personal))).toMatchObject({
      active: true,
      username: 'bob',
      aud: [ROUTES[0]],
      scope: 'user:bob',
    });
  });

  it('lets administrators ask about all of theirs, and others about themselves', async () => {
    const rig = startRig();
    const all = await callers(rig);
    const active = async (token: string, by: string) => bodyOf(await introspect(rig, token, by))['active'];
    for (const token of Object.values(all)) {
      expect(await active(token, ADMIN_TOKEN)).toBe(true);
      expect(await active(token, all.admin)).toBe(true);
      expect(await active(token, token)).toBe(true);
    }
    for (const by of [all.plain, all.team, all.limited]) expect(await active(all.other, by)).toBe(false);
  });

  it('tells an administrator of one organization nothing of another’s', async () => {
    const rig = startRig();
    const { admin } = await callers(rig);
    const foreign = await issue(rig, {
      audience: 'urn:pulumi:org:globex',
      subject_token: rig.mint({ iss: 'https://other.example' }),
    });
    expect(bodyOf(await introspect(rig, foreign, admin))).toEqual(INACTIVE);
    expect(bodyOf(await introspect(rig, foreign, ADMIN_TOKEN))).toMatchObject({ active: true });
  });

  it('says inactive, and nothing else, of what is dead, suspended, foreign or no token', async () => {
    const rig = startRig();
    const { plain, admin } = await callers(rig);
    const words = new Set<string>();
    for (const token of ['x', rig.mint(), `cso_${'a'.repeat(38)}`, 'x'.repeat(9_000)])
      words.add((await introspect(rig, token, admin)).body);
    rig.deps.inspect = (value) => (value === plain ? { state: 'revoked' } : rig.deps.find(value));
    words.add((await introspect(rig, plain, admin)).body);
    expect([...words]).toEqual([JSON.stringify(INACTIVE)]);
  });

  it('is a use of the token that it is asked with, and not of the one that it is asked about', async () => {
    const rig = startRig();
    const { plain, admin } = await callers(rig);
    const [used, inspected]: [string[], string[]] = [[], []];
    rig.deps.present = (value) => (used.push(value), rig.deps.find(value));
    rig.deps.inspect = (value) => (inspected.push(value), rig.deps.find(value));
    expect(bodyOf(await introspect(rig, plain, admin))).toMatchObject({ active: true });
    expect([used, inspected]).toEqual([[admin], [plain]]);
  });

  it('says of a token that never expires nothing of when it does', async () => {
    const rig = startRig();
    const { plain } = await callers(rig);
    rig.deps.inspect = (value) => {
      const presented = rig.deps.find(value);
      if (presented.state !== 'live') return presented;
      return { state: 'live', token: { ...presented.token, expiresAt: NEVER_EXPIRES } };
    };
    const answer = bodyOf(await introspect(rig, plain, plain));
    expect(answer).toMatchObject({ active: true, jti: expect.stringMatching(/^tok_/) });
    expect(answer).not.toHaveProperty('exp');
  });

  it('does not call a token inactive of which storage says nothing', async () => {
    const rig = startRig();
    const { plain } = await callers(rig);
    rig.deps.inspect = (value) => (value === 'x' ? { state: 'unavailable' } : rig.deps.find(value));
    const answer = await introspect(rig, 'x', plain);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  it('is 429 to an address that has shown too many bad credentials', async () => {
    const rig = startRig();
    const { plain } = await callers(rig);
    for (let failure = 0; failure < 200; failure += 1)
      expect((await introspect(rig, plain, 'nobody')).status).toBe(401);
    const limited = await introspect(rig, plain, plain);
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '1']);
  });

  it('ignores token_type_hint, and needs a POST with one token by somebody', async () => {
    const rig = startRig();
    const { plain } = await callers(rig);
    const ask = async (body: string, over: object = bearer(plain)) =>
      (await introspectionEndpoint(rig.deps, serviceRequest(body, over))).status;
    expect(await ask(`token=${plain}&token_type_hint=refresh_token`)).toBe(200);
    expect(await ask('')).toBe(400);
    expect(await ask('token=a&token=b')).toBe(400);
    expect(await ask(`token=${plain}`, {})).toBe(401);
    expect(await ask(`token=${plain}`, bearer('nobody'))).toBe(401);
    expect(await ask(`token=${plain}`, { ...bearer(plain), method: 'GET' })).toBe(405);
  });
});
