import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START } from '../testing/people.ts';
import { openSignInRequest } from '../../sessions/sign-in-request.ts';
import { startHosts, type Hosts } from '../../testing/route-hosts.ts';

let hosts: Hosts;

beforeAll(async () => {
  hosts = await startHosts();
});

afterAll(() => hosts.browsers.people.close());

const PATH = '/.pomerium/api/v1/login';
const asking = (uri: string) => ({ query: `pomerium_redirect_uri=${encodeURIComponent(uri)}` });

describe('the address of sign-in for a program', () => {
  it('is text without a line break, on the service host, and leads back to the listener', async () => {
    const { status, headers, body } = await hosts.ask(PATH, {
      ...asking('http://127.0.0.1:4321/x'),
      port: 8443,
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    const [place, sealed = ''] = body.split('?pomerium_request=');
    expect(place).toBe(`${hosts.deps.snapshot().service.url}/.pomerium/sign_in`);
    expect(openSignInRequest(hosts.deps.redirects, sealed, START)).toEqual({
      state: 'open',
      request: {
        kind: 'program',
        host: 'app.example',
        scheme: 'https',
        port: 8443,
        returnTo: 'https://app.example:8443/',
        nonceHash: '',
        redirectUri: 'http://127.0.0.1:4321/x',
        issuedAt: START,
      },
    });
  });

  it.each([
    ['another method', { ...asking('http://localhost'), method: 'POST' }, 405, 'Method Not Allowed\n'],
    ['no place to come back to', {}, 404, 'Not Found\n'],
    [
      'two places',
      { query: 'pomerium_redirect_uri=http://localhost&pomerium_redirect_uri=http://localhost' },
      400,
      'invalid redirect uri\n',
    ],
    ['a host that nobody has listed', asking('https://evil.example'), 400, 'invalid redirect uri\n'],
    ['what is no URL', asking('nonsense'), 400, 'invalid redirect uri\n'],
  ])('is not given for %s', async (_which, asked, status, body) => {
    expect(await hosts.ask(PATH, asked)).toMatchObject({ status, body });
  });

  it('is not given where nobody could sign in', async () => {
    const answer = await hosts.ask(PATH, { ...asking('http://localhost'), host: 'globex.example' });
    expect(answer.status).toBe(404);
  });
});

describe('a sealed request', () => {
  it('is good for minutes, and afterwards still says where to go back to', async () => {
    const { body } = await hosts.ask(PATH, asking('http://localhost/'));
    const sealed = body.split('=')[1] ?? '';
    const at = (seconds: number) => openSignInRequest(hosts.deps.redirects, sealed, START + seconds)?.state;
    expect([at(0), at(360), at(361), at(-60), at(-61)]).toEqual([
      'open',
      'open',
      'expired',
      'open',
      'expired',
    ]);
    expect(openSignInRequest(hosts.deps.redirects, `${sealed}A`, START)).toBeUndefined();
  });
});
