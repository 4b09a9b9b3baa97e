import type { ListedSession } from '../sessions-page.ts';

/** A browser that asks, and a program that has not been used. `now` in seconds. */
export const sampleSessions = (say: (text: string) => string, now: number): readonly ListedSession[] => [
  {
    id: say('tok_01K9ZQ4T7V3XH8M2N5R6P0WBCD'),
    provider: say('Acme'),
    createdAt: now - 3600,
    lastUsedAt: now,
    expiresAt: now + 32_400,
    address: say('192.0.2.17'),
    userAgent: say('Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0'),
    current: true,
  },
  {
    id: say('tok_01K9ZMA0V6D4E5F7G8H9J2K3MN'),
    provider: say('Acme'),
    createdAt: now - 7200,
    expiresAt: now + 28_800,
    address: say('2001:db8::17'),
    userAgent: say('deploy on build-7'),
    current: false,
  },
];
