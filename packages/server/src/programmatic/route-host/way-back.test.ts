import { ok } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HandedOver } from '../../sessions/model.ts';
import { callback } from './callback.ts';
import type { RouteHostDeps, RouteHostRequest } from './model.ts';

/** A sign-in that has worked, and in which whoever could seal has sealed where it leads. */
async function wayBack(returnTo: string, port?: number): Promise<string> {
  const handed = { value: 'css_x', nonce: 'n', expiresAt: 9e9, returnTo } as unknown as HandedOver;
  const deps = {
    snapshot: () => ({ settings: { sessionCookie: '_countersign' } }),
    sessions: { redeem: async () => ok(handed) },
    clock: { now: () => 0 },
  } as unknown as RouteHostDeps;
  const request = { query: 'pomerium_code=c', remoteAddress: '192.0.2.1', header: () => undefined };
  const asked = { host: 'app.example', scheme: 'https', port, headers: [], request };
  const answer = await callback(deps, asked as unknown as RouteHostRequest);
  return answer.headers['location'] ?? '';
}

describe('where a browser goes on after sign-in', () => {
  it.each([
    ['https://app.example/x?y=z', undefined, 'https://app.example/x?y=z'],
    ['https://app.example:8443/x', 8443, 'https://app.example:8443/x'],
    ['https://app.example/x', 8443, '/'],
    ['https://app.example:8443/x', undefined, '/'],
    ['http://app.example/x', undefined, '/'],
    ['https://app.example', undefined, '/'],
    ['https://app.example/\r\nSet-Cookie: x', undefined, '/'],
    ['https://app.example/\t', undefined, '/'],
    ['https://app.example/é', undefined, '/'],
  ])('%j with port %s is %s', async (returnTo, port, location) => {
    expect(await wayBack(returnTo, port)).toBe(location);
  });

  it('is this very origin, whatever was sealed, and holds nothing that ends a header', async () => {
    const piece = fc.constantFrom('https:', '//', '/', '\\', '@', ':', '#', '?', '.', '\t', '\n', ' ', '%0a');
    const word = fc.constantFrom(
      'app.example',
      'evil.example',
      '8443',
      'é',
      '\u0000',
      '\u2028',
      'javascript:',
    );
    const begun = fc.constantFrom(
      '',
      'https://app.example',
      'https://app.example/',
      'https://app.example:8443',
    );
    const rest = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.array(fc.oneof(piece, word), { maxLength: 8 }).map((pieces) => pieces.join('')),
    );
    let some = 0;
    await fc.assert(
      fc.asyncProperty(begun, rest, fc.constantFrom(undefined, 8443), async (start, text, port) => {
        const location = await wayBack(start + text, port);
        const own = `https://app.example${port === undefined ? '' : `:${port}`}`;
        for (const page of [`${own}/.pomerium/callback/`, `${own}/`])
          expect(new URL(location, page).origin).toBe(own);
        expect(location).toMatch(/^[!-~]+$/);
        if (location !== '/') some += 1;
      }),
      { numRuns: 2000 },
    );
    expect(some).toBeGreaterThan(0);
  });
});
