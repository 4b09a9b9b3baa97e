import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QUIET } from './audit/testing/trail.ts';
import { openOutside } from './open-outside.ts';
import type { Provider } from './sessions/provider-client.ts';
import { worldOf } from './administration/testing/world.ts';
import { acme } from './snapshot/testing/from-file.ts';

let described = 0;
let url = '';
const server = createServer((_request, response) => {
  described += 1;
  const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
  response.end(JSON.stringify({ issuer: url, ...endpoints }));
});
beforeEach(async () => {
  described = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const attempt = { state: 's', nonce: 'n', verifier: 'v'.repeat(43), redirectUri: 'https://auth.test/' };
const provider = (): Provider => ({
  id: 'idp_1',
  name: 'staff',
  issuer: url,
  clientId: 'c',
  scopes: ['openid'],
  claims: { email: 'email', groups: 'groups', name: 'name' },
});

/** As a file that is reloaded would have it. */
function outsideOf(first: object) {
  let world = worldOf([], { ...acme(), ...first });
  const live = { world: () => world, current: () => world.snapshot };
  const clock = { now: () => 1_000_000 };
  const random = { bytes: (length: number) => new Uint8Array(length) };
  const { providerClient } = openOutside(live, { clock, random, logger: QUIET });
  return {
    begin: async () => (await providerClient.begin(provider(), attempt)).ok,
    reload: (next: object) => void (world = worldOf([], { ...acme(), ...next })),
  };
}

describe('what asks identity providers', () => {
  it('remembers what they said while the networks of the file are the same', async () => {
    const outside = outsideOf({ allow_private_issuers: true });
    expect(await outside.begin()).toBe(true);
    outside.reload({ allow_private_issuers: true, clock_leeway: '30s' });
    expect(await outside.begin()).toBe(true);
    expect(described).toBe(1);
  });

  it('forgets what came from where nobody may go any more', async () => {
    const outside = outsideOf({ allow_private_issuers: true });
    expect(await outside.begin()).toBe(true);
    outside.reload({ allow_private_issuers: false });
    expect(await outside.begin()).toBe(false);
    expect(described).toBe(1);
  });
});
