import { describe, expect, it } from 'vitest';
import { explainOptions, type ExplainFlags } from './options.ts';

const ID = `dec_${'0'.repeat(26)}`;
const env = { COUNTERSIGN_URL: 'https://sign.acme.example', COUNTERSIGN_ADMIN_TOKEN: 'admin' };
const flags: ExplainFlags = { output: 'table' };

describe('explain options', () => {
  it('ask the server as the site administrator', () => {
    expect(explainOptions(ID, flags, env)).toEqual({
      ok: true,
      value: {
        decision: ID,
        format: 'table',
        from: 'api',
        url: `https://sign.acme.example/api/decisions/${ID}`,
        accessToken: { kind: 'variable', name: 'COUNTERSIGN_ADMIN_TOKEN' },
      },
    });
  });

  it('ask it as an administrator of an organization', () => {
    expect(explainOptions(ID, { ...flags, org: 'ac/me', tokenFile: 'token' }, env)).toMatchObject({
      ok: true,
      value: {
        url: `https://sign.acme.example/api/orgs/ac%2Fme/decisions/${ID}`,
        accessToken: { kind: 'file', path: 'token' },
      },
    });
  });

  it('ask no server offline, whatever the environment says', () => {
    expect(explainOptions(ID, { ...flags, offline: true, config: 'c.yaml' }, env)).toEqual({
      ok: true,
      value: { decision: ID, format: 'table', from: 'storage', config: 'c.yaml' },
    });
  });

  it('without an administrator are a failure that names the ways to be one', () => {
    const { COUNTERSIGN_URL } = env;
    expect(explainOptions(ID, flags, { COUNTERSIGN_URL })).toMatchObject({
      error: { kind: 'no_credential' },
    });
  });

  it.each([
    '',
    'dec_',
    `dec_${'0'.repeat(25)}`,
    `dec_${'0'.repeat(27)}`,
    `dec_${'U'.repeat(26)}`,
    '../../user',
  ])('do not take %j for a decision id', (id) =>
    expect(explainOptions(id, flags, env)).toMatchObject({ error: { kind: 'usage' } }),
  );
});
