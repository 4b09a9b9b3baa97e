import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exchangeIdToken } from '../../exchange/exchange-id-token.ts';
import { revokeToken as markRevoked } from '../../storage/repositories/tokens.ts';
import { openSqlite } from '../../storage/engine/sqlite.ts';
import { mint, START, startDirectRig, type DirectRig } from '../testing/direct-rig.ts';

/** Id_tokens of people on routes that take them as they are. */

const provider = (over: object = {}) => ({
  name: 'corp',
  issuer: 'https://idp.example',
  client_id: 'countersign',
  audiences: ['cli'],
  organizations: ['acme'],
  ...over,
});
const route = (over: object = {}) => ({
  name: 'app',
  from: 'https://app.example',
  to: 'http://127.0.0.1:9',
  organizations: ['acme'],
  bearer_token_format: 'idp_identity_token',
  policy: { allow: { and: [{ domain: 'acme.example' }, { token_type: 'session' }] } },
  ...over,
});
const house = (over: object = {}, routes: readonly object[] = [route()]) => ({
  organizations: [{ name: 'acme' }, { name: 'globex' }],
  identity_providers: [
    provider(over),
    provider({ name: 'theirs', issuer: 'https://theirs.example', organizations: ['globex'] }),
  ],
  routes,
});

let rig: DirectRig;
let people = 0;
const fresh = (claims: object = {}): string =>
  mint({
    iss: 'https://idp.example',
    aud: 'countersign',
    sub: `person-${(people += 1)}`,
    email: 'ada@acme.example',
    email_verified: true,
    ...claims,
  });

beforeAll(async () => {
  rig = startDirectRig(house(), await openSqlite({ path: ':memory:' }));
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.time.now = START * 1000;
  rig.reload(house());
  rig.start();
  rig.counts.verified = 0;
});

const verdict = (token: string, more: object = {}) => rig.process().verdict({ token, ...more });

describe('an id_token of a provider that speaks for an organization of the route', () => {
  it('passes as the person that /api/v1/token would make of it, as long as it lives', async () => {
    const token = fresh();
    const decision = await rig.process().ask({ token });
    const shown = decision.kind === 'forward' ? decision.caller?.token : undefined;
    expect(shown).toMatchObject({ prefix: 'css', principal: { kind: 'user', email: 'ada@acme.example' } });
    const session = await exchangeIdToken(rig.process().exchange, { idToken: token, remoteAddress: '' });
    expect(session).toMatchObject({ ok: true, value: { expiresAt: shown?.expiresAt } });
    rig.time.now = (START + 3600) * 1000;
    expect(await verdict(token)).toBe('credential.expired');
  });

  it('is exchanged once, and is the same session after a restart', async () => {
    const token = fresh();
    const ids = new Set<string | undefined>();
    for (let at = 0; at < 3; at += 1) {
      const decision = await rig.process().ask({ token });
      ids.add(decision.kind === 'forward' ? decision.caller?.token.id : 'refused');
      if (at === 1) rig.start();
    }
    expect(ids.size).toBe(1);
    expect(rig.counts.verified).toBe(2);
  });

  it('stays revoked, after a restart too', async () => {
    const token = fresh();
    const decision = await rig.process().ask({ token });
    const id = decision.kind === 'forward' ? decision.caller?.token.id : undefined;
    const row = await rig.database.read({
      sql: 'select hash from token where id = ?',
      parameters: [id ?? ''],
    });
    const hash = Buffer.from(String(row.ok && row.value[0]?.['hash']), 'base64url');
    await rig.database.write([markRevoked(hash, START)]);
    rig.process().table.remove(hash);
    expect(await verdict(token)).toBe('credential.revoked');
    rig.start();
    expect(await verdict(token)).toBe('credential.revoked');
  });

  it('is no more taken from a provider that has stopped speaking for the organization', async () => {
    const token = fresh();
    expect(await verdict(token)).toBe('user');
    rig.reload(house({ organizations: ['globex'] }, [route({ organizations: ['acme', 'globex'] })]));
    expect(await verdict(token)).toBe('credential.invalid');
  });

  it('needs no verification for a reload that leaves its provider alone', async () => {
    const token = fresh();
    await verdict(token);
    rig.reload(house({}, [route({ description: 'another' })]));
    expect(await verdict(token)).toBe('user');
    expect(rig.counts.verified).toBe(1);
  });

  it.each([
    ['has expired', { exp: START }, 'credential.expired'],
    ['does not say when it was issued', { iat: undefined }, 'credential.expired'],
    ['was made for another client', { aud: 'somebody' }, 'credential.audience'],
    ['holds an email that nobody verified', { email_verified: false }, 'policy.refused'],
    ['is of a provider of another organization', { iss: 'https://theirs.example' }, 'credential.invalid'],
    ['is of nobody', { iss: 'https://nobody.example' }, 'credential.invalid'],
  ])('does not pass when it %s', async (_name, claims, code) => {
    expect(await verdict(fresh(claims))).toBe(code);
  });

  it('is nothing where the route takes tokens of ours alone', async () => {
    for (const over of [{ bearer_token_format: 'default' }, { bearer_token_format: undefined }]) {
      rig.reload(house({}, [route(over)]));
      expect(await verdict(fresh())).toBe('credential.invalid');
    }
    expect(rig.counts.verified).toBe(0);
  });
});
