import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE_ADMIN_TOKEN, startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { ask } from '../support/request.ts';
import { startSurfing } from '../support/surfer.ts';

/** Device authorization (RFC 8628) with `oauth4webapi` as a strict client, and a person at a provider. */
let house: PeopleHouse;
let server: oauth.AuthorizationServer;

const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: 'deploy tool' };

beforeAll(async () => {
  house = await startPeopleHouse();
  const issuer = new URL(house.service);
  server = await oauth
    .discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    .then((response) => oauth.processDiscoveryResponse(issuer, response));
});

afterAll(() => house.dispose());

async function begin(): Promise<oauth.DeviceAuthorizationResponse> {
  const response = await oauth.deviceAuthorizationRequest(server, client, oauth.None(), {}, insecure);
  return oauth.processDeviceAuthorizationResponse(server, client, response);
}

async function poll(deviceCode: string): Promise<oauth.TokenEndpointResponse> {
  const response = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), deviceCode, insecure);
  return oauth.processDeviceCodeResponse(server, client, response);
}

const errorOf = (failure: Promise<unknown>): Promise<unknown> =>
  failure.then(
    () => 'none',
    (error: unknown) => (error instanceof oauth.ResponseBodyError ? error.error : error),
  );

describe('a program on a machine without a browser', () => {
  it('is let in by its person, and reaches what they reach', async () => {
    const asked = await begin();
    expect(asked).toMatchObject({
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${house.service}/device`,
      verification_uri_complete: `${house.service}/device?user_code=${asked.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    const browser = startSurfing();
    const question = await house.signIn(browser, asked.verification_uri_complete ?? '', 'ada');
    expect([question.status, question.url.pathname]).toEqual([200, '/device']);
    for (const shown of [asked.user_code, 'deploy tool', '127.0.0.1', 'ada@acme.example'])
      expect(question.text).toContain(shown);
    const done = await browser.submit(question, { decision: 'approve' });
    expect([done.status, done.text.includes('The program is signed in')]).toEqual([200, true]);
    expect((await poll(asked.device_code)).token_type).toBe('bearer');
  });

  it('waits until then, and not too eagerly', async () => {
    const asked = await begin();
    expect(await errorOf(poll(asked.device_code))).toBe('authorization_pending');
    expect(await errorOf(poll(asked.device_code))).toBe('slow_down');
  });

  it('gives a token that opens routes as the person, and is listed with what let it in', async () => {
    const asked = await begin();
    const browser = startSurfing();
    const question = await house.signIn(browser, asked.verification_uri, 'ada');
    const confirm = await browser.submit(question, { user_code: asked.user_code.toLowerCase() });
    await browser.submit(confirm, { decision: 'approve' });
    const { access_token: token, expires_in: left } = await poll(asked.device_code);
    expect(left).toBeGreaterThan(13 * 3600);
    const at = (name: string) =>
      ask(house.port, {
        host: `${name}.localhost:${house.port}`,
        path: '/x',
        headers: { authorization: `Bearer ${token}` },
      });
    expect([(await at('orders')).status, (await at('billing')).status]).toEqual([200, 200]);
    expect((await at('partners')).status).toBe(401);
    await browser.submit(await browser.open(`${house.service}/.pomerium/sign_out`), {});
    expect((await at('orders')).status).toBe(401);
    expect(await errorOf(poll(asked.device_code))).toBe('invalid_grant');
  });

  it('is told that it was denied', async () => {
    const asked = await begin();
    const browser = startSurfing();
    const question = await house.signIn(browser, asked.verification_uri_complete ?? '', 'ada');
    const done = await browser.submit(question, { decision: 'deny' });
    expect(done.text).toContain('The program is not let in');
    expect(await errorOf(poll(asked.device_code))).toBe('access_denied');
  });

  it('is let in by nobody’s link, by no other page, and by no administrator', async () => {
    const asked = await begin();
    const browser = startSurfing();
    // A link alone does nothing, whoever follows it.
    await house.signIn(browser, `${asked.verification_uri_complete}&decision=approve`, 'ada');
    const form = new URLSearchParams({ user_code: asked.user_code, decision: 'approve' }).toString();
    const foreign = await browser.fetch(`${house.service}/device/decide`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    expect(foreign.status).toBe(403);
    const administrator = startSurfing();
    const glass = await administrator.open(`${house.service}/console/sign-in`);
    await administrator.submit(glass, { admin_token: PEOPLE_ADMIN_TOKEN });
    const sent = await administrator.fetch(`${house.service}/device/decide`, {
      method: 'POST',
      headers: { origin: house.service, 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    expect([sent.status, sent.headers.location]).toEqual([
      303,
      expect.stringContaining('/.pomerium/sign_in?'),
    ]);
    expect(await errorOf(poll(asked.device_code))).toBe('authorization_pending');
  });

  it('is announced as a grant of the server', () => {
    expect(server.grant_types_supported).toContain('urn:ietf:params:oauth:grant-type:device_code');
    expect(server.device_authorization_endpoint).toBe(`${house.service}/api/oauth/device`);
  });

  it('ignores what it does not know, and takes no parameter twice', async () => {
    const send = (body: string) =>
      ask(house.port, {
        method: 'POST',
        path: '/api/oauth/device',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
    const good = await send('client_id=tool&colour=blue&scope=');
    expect([good.status, good.headers['cache-control']]).toEqual([200, 'no-store']);
    const twice = await send('client_id=tool&client_id=other');
    expect([twice.status, twice.json()['code']]).toEqual([400, 'request.parameter']);
  });

  it.each([{}, { client_id: '' }, { client_id: 'x'.repeat(65) }, { client_id: 'a\nb' }])(
    'has a name that can be shown: %j',
    async (parameters) => {
      const reply = await ask(house.port, {
        method: 'POST',
        path: '/api/oauth/device',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(parameters),
      });
      expect([reply.status, reply.json()['code']]).toEqual([400, 'request.parameter']);
    },
  );
});
