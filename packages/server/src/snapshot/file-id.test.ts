import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { compileSnapshot } from './compile.ts';
import { fileId } from './file-id.ts';

describe('ids of what the file declares', () => {
  it('are a prefix and 26 characters of Crockford base32', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(fileId('iss', ...parts)).toMatch(/^iss_[0-9A-HJKMNP-TV-Z]{26}$/);
      }),
    );
  });

  it('stay what they are from version to version', () => {
    // Tokens that are live refer to these: another derivation would suspend them all.
    expect(fileId('usr', 'ada')).toBe('usr_G7E7A1ZEZ8Q7HW5XDAXGRJEXH8');
  });

  it('keep prefixes and parts apart', () => {
    const ids = [
      fileId('iss', 'a', 'bc'),
      fileId('iss', 'ab', 'c'),
      fileId('iss', 'abc'),
      fileId('idp', 'a', 'bc'),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

describe('what is bound to an id', () => {
  const ids = (organization: string, issuer: { readonly name: string; readonly url: string }) => {
    const file = {
      url: 'https://cs.example',
      organizations: [{ name: organization, members: [{ login: 'ada' }], issuers: [issuer] }],
      identity_providers: [{ name: issuer.name, issuer: issuer.url, client_id: 'cs' }],
    };
    const loaded = loadConfig({
      file: '/c.yaml',
      env: {},
      readFile: () => ({ ok: true, value: JSON.stringify(file) }),
    });
    const compiled = loaded.ok ? compileSnapshot(loaded.value.config) : loaded;
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
    const made = compiled.value.organizations.get(organization);
    return {
      issuer: [...(made?.issuersById.keys() ?? [])][0],
      provider: [...compiled.value.identityProvidersById.keys()][0],
      user: made?.directory.members.get('ada')?.user,
    };
  };
  const base = ids('acme', { name: 'ci', url: 'https://ci.example' });

  it('returns with the same name and URL', () => {
    expect(ids('acme', { name: 'ci', url: 'https://ci.example/' })).toEqual(base);
  });

  it('does not pass to another URL under the same name', () => {
    const moved = ids('acme', { name: 'ci', url: 'https://evil.example' });
    expect(moved.issuer).not.toBe(base.issuer);
    expect(moved.provider).not.toBe(base.provider);
  });

  it('does not pass to another organization, except a person, who is one on the whole server', () => {
    const other = ids('other', { name: 'ci', url: 'https://ci.example' });
    expect(other.issuer).not.toBe(base.issuer);
    expect(other.user).toBe(base.user);
  });
});
