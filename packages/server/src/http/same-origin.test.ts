import { describe, expect, it } from 'vitest';
import { REPEATED } from './message.ts';
import { isSameOrigin } from './same-origin.ts';

const URL = 'https://cs.example:8443';

const from = (origin: string | undefined | typeof REPEATED) =>
  isSameOrigin({ header: (name) => (name === 'origin' ? origin : undefined) }, URL);

describe('a change', () => {
  it('is ours when its origin is that of the service', () => {
    expect(from(URL)).toBe(true);
  });

  it.each<[string, string | undefined | typeof REPEATED]>([
    ['without an origin', undefined],
    ['with two', REPEATED],
    ['of a page that hides where it is', 'null'],
    ['of another site', 'https://evil.example'],
    ['of a sibling subdomain', 'https://evil.cs.example:8443'],
    ['of a name that begins like ours', 'https://cs.example:8443.evil.example'],
    ['of another port', 'https://cs.example'],
    ['of the same host without TLS', 'http://cs.example:8443'],
    ['with a path behind it', 'https://cs.example:8443/'],
    ['in capitals, as no browser writes it', 'HTTPS://CS.EXAMPLE:8443'],
  ])('%s is not', (_name, origin) => {
    expect(from(origin)).toBe(false);
  });

  it('is compared with the origin as browsers write it, without the default port', () => {
    const header = () => 'https://cs.example';
    expect(isSameOrigin({ header }, 'https://cs.example:443')).toBe(true);
  });
});
