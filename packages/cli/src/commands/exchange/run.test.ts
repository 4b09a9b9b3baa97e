import { describe, expect, it } from 'vitest';
import { fakeDeps, type World } from '../../fake-deps.ts';
import type { ExchangeFormat, ExchangeOptions } from './options.ts';
import { runExchange } from './run.ts';

const GRANT = {
  access_token: 'cst_example',
  issued_token_type: 'urn:countersign:token-type:access_token:team',
  token_type: 'token',
  expires_in: 900,
  scope: 'team:platform',
  refresh_token: '',
};

const options = (format: ExchangeFormat = 'token'): ExchangeOptions => ({
  url: 'https://sign.acme.example',
  organization: 'acme',
  subjectToken: { kind: 'file', path: 'id-token' },
  type: 'team',
  scope: 'team:platform',
  expiration: 900,
  format,
});

interface Sent {
  readonly url: unknown;
  readonly init: RequestInit | undefined;
}

/** A world with an identity token and a server that answers so. */
function world(status: number, body: string): World & { readonly sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    files: { 'id-token': 'header.claims.signature\n' },
    now: () => 1_800_000_000_700,
    fetch: async (url, init) => {
      sent.push({ url, init });
      return new Response(body, { status });
    },
  };
}

describe('exchange', () => {
  it('sends the identity token, without its line end, as RFC 8693 says', async () => {
    const given = world(200, JSON.stringify(GRANT));
    await runExchange(options(), fakeDeps(given));
    const [request] = given.sent;
    expect(request?.url).toBe('https://sign.acme.example/api/oauth/token');
    expect(JSON.parse(request?.init?.body as string)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: 'urn:countersign:org:acme',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:countersign:token-type:access_token:team',
      scope: 'team:platform',
      subject_token: 'header.claims.signature',
      expiration: 900,
    });
  });

  it.each<[ExchangeFormat, string]>([
    ['token', 'cst_example\n'],
    ['env', 'COUNTERSIGN_TOKEN=cst_example\n'],
    ['header', 'Authorization: Bearer cst_example\n'],
  ])('prints as %s nothing but the token in that form', async (format, expected) => {
    const deps = fakeDeps(world(200, JSON.stringify(GRANT)));
    expect(await runExchange(options(format), deps)).toMatchObject({ ok: true });
    expect(deps.out()).toBe(expected);
    expect(deps.errors()).toBe('');
  });

  it('prints as json the answer as it came, and when the token expires', async () => {
    const deps = fakeDeps(world(200, JSON.stringify(GRANT)));
    await runExchange(options('json'), deps);
    expect(JSON.parse(deps.out())).toEqual({ ...GRANT, expires_at: 1_800_000_900 });
  });

  it('never follows a redirect, which would carry the identity token elsewhere', async () => {
    const given = world(307, '');
    expect(await runExchange(options(), fakeDeps(given))).toMatchObject({ error: { kind: 'server_error' } });
    expect(given.sent.map((request) => request.init?.redirect)).toEqual(['manual']);
  });

  it('prints no token and says why when it is refused', async () => {
    const refusal = { code: 'policy.refused', error_description: 'No policy allows this.' };
    const deps = fakeDeps(world(400, JSON.stringify(refusal)));
    const outcome = await runExchange(options(), deps);
    expect(outcome).toMatchObject({
      ok: false,
      error: { kind: 'refused', message: 'No policy allows this.' },
    });
    expect(deps.out()).toBe('');
  });

  it.each([
    '',
    'null',
    '{}',
    '{"access_token":"a b","expires_in":1}',
    '{"access_token":"a\\nb","expires_in":1}',
  ])('takes no answer %j for a token', async (body) => {
    const deps = fakeDeps(world(200, body));
    expect(await runExchange(options(), deps)).toMatchObject({ error: { kind: 'server_error' } });
    expect(deps.out()).toBe('');
  });

  it('reads at most four mebibytes of an answer', async () => {
    const long = ' '.repeat(4 * 1024 * 1024 - JSON.stringify(GRANT).length) + JSON.stringify(GRANT);
    expect(await runExchange(options(), fakeDeps(world(200, long)))).toMatchObject({ ok: true });
    const outcome = await runExchange(options(), fakeDeps(world(200, ` ${long}`)));
    expect(outcome).toMatchObject({ error: { kind: 'server_error' } });
  });

  it('says what the network said when nobody answers', async () => {
    const fault = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') });
    const deps = fakeDeps({ ...world(200, ''), fetch: () => Promise.reject(fault) });
    const outcome = await runExchange(options(), deps);
    expect(outcome).toMatchObject({ error: { kind: 'network' } });
    expect(JSON.stringify(outcome)).toContain('ECONNREFUSED');
  });

  it.each([
    ['an empty file', '\n', 'no_credential'],
    ['several lines', 'one\ntwo', 'usage'],
    ['a file that is too long', 'x'.repeat(64 * 1024 + 1), 'usage'],
  ])('asks no server with %s', async (_name, content, kind) => {
    const given = { ...world(200, JSON.stringify(GRANT)), files: { 'id-token': content } };
    expect(await runExchange(options(), fakeDeps(given))).toMatchObject({ error: { kind } });
    expect(given.sent).toEqual([]);
  });

  it('takes a token of exactly the longest length', async () => {
    const given = { ...world(200, JSON.stringify(GRANT)), files: { 'id-token': 'x'.repeat(64 * 1024) } };
    expect(await runExchange(options(), fakeDeps(given))).toMatchObject({ ok: true });
  });
});
