import { describe, expect, it } from 'vitest';
import { redirectHosts } from './redirect-hosts.ts';

describe('hosts that a program may have its person sent back to', () => {
  it('are so many and no more', () => {
    const hosts = (length: number) => Array.from({ length }, (_each, at) => `h${at}.example`);
    expect(redirectHosts.safeParse(hosts(64)).success).toBe(true);
    const { error } = redirectHosts.safeParse(hosts(65));
    expect(error?.issues.map(({ message }) => message)).toEqual(['expected at most 64 hosts']);
  });
});
