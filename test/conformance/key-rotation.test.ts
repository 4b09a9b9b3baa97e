import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeReply } from '../support/exchange.ts';
import { CLIENT_ID, startOpenIdProvider, type OpenIdProvider } from '../support/oidc-provider.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';

/** `oidc-provider` changes its signing key while the server runs and knows the old one. */
let provider: OpenIdProvider;
let server: ServerProcess;

beforeAll(async () => {
  provider = await startOpenIdProvider();
  server = await startServerProcess(
    smallHouse(provider.url, {
      policies: [{ ...BUILD, match: { sub: { equals: 'ada' } } }],
      issuer: { audiences: [CLIENT_ID] },
    }),
  );
});
afterAll(async () => {
  await server.dispose();
  await provider.close();
});

/** Longer than the cool-down of an issuer, with room for a slow machine. */
const PATIENCE = 90_000;

describe('an issuer that changes its key', () => {
  it(
    'is understood without a restart, and tokens of the old key pass all the while',
    async () => {
      const old = await provider.idToken('ada');
      expect((await exchangeReply(server, { subjectToken: old })).status).toBe(200);
      await provider.rotate();
      const signedAnew = await provider.idToken('ada');

      let reply = await exchangeReply(server, { subjectToken: signedAnew });
      while (reply.status !== 200) {
        // Until the issuer may be asked again the new key is one that nobody knows, and is called so.
        expect(reply.json()).toMatchObject({ code: 'token.not_trusted' });
        expect((await exchangeReply(server, { subjectToken: old })).status).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 500));
        reply = await exchangeReply(server, { subjectToken: signedAnew });
      }
      expect((await exchangeReply(server, { subjectToken: old })).status).toBe(200);
    },
    PATIENCE,
  );
});
