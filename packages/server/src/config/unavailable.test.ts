import { ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { SECTIONS } from './schema.ts';
import { UNAVAILABLE } from './unavailable.ts';

/** Every key that the contracts of configuration and gateway name and this version does not have, by hand. */
const NAMED: readonly (readonly [place: string, ...keys: string[]])[] = [
  ['', 'programmatic_redirect_domain_whitelist'],
  ['identity_providers.0', 'client_secret', 'scopes'],
  ['routes.0', 'identity_provider'],
  ['routes.0'],
  ['session', 'idle'],
];

const CASES = NAMED.flatMap(([place, ...keys]) => keys.map((key) => [place, key] as const));

/** The smallest file that has this key at this place. */
function fileWith(place: string, key: string): string {
  const steps = place === '' ? [] : place.split('.');
  let value: unknown = { [key]: 'x' };
  for (const step of steps.toReversed()) value = step === '0' ? [value] : { [step]: value };
  return JSON.stringify(value);
}

describe('keys of later versions', () => {
  it.each(CASES)('%s %s is refused by name', (place, key) => {
    const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile: () => ok(fileWith(place, key)) });
    const path = [...(place === '' ? [] : [place.replaceAll('.0', '[0]')]), key].join('.');
    expect(!loaded.ok && loaded.error.filter((problem) => problem.path === path)).toMatchObject([
      { message: 'not available in this version' },
    ]);
  });

  it('are all listed above', () => {
    const listed = Object.entries(UNAVAILABLE).flatMap(([place, keys]) =>
      keys.map((key) => `${place.replaceAll('*', '0')} ${key}`),
    );
    expect(listed.sort()).toEqual(CASES.map(([place, key]) => `${place} ${key}`).sort());
  });

  it('are none of the keys that exist', () => {
    for (const [place, keys] of Object.entries(UNAVAILABLE)) {
      expect(keys.filter((key) => SECTIONS[place]?.includes(key))).toEqual([]);
    }
  });
});
