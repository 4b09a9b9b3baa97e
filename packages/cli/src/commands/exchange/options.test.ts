import { describe, expect, it } from 'vitest';
import { exchangeOptions, parseDuration, type ExchangeFlags } from './options.ts';

const env = {
  COUNTERSIGN_URL: 'https://sign.acme.example/',
  COUNTERSIGN_ORG: 'acme',
  COUNTERSIGN_ID_TOKEN: 'jwt',
};
const flags: ExchangeFlags = { output: 'token' };

describe('exchange options', () => {
  it('come from the environment when no flag is given', () => {
    expect(exchangeOptions(flags, env)).toEqual({
      ok: true,
      value: {
        url: 'https://sign.acme.example',
        organization: 'acme',
        subjectToken: { kind: 'variable', name: 'COUNTERSIGN_ID_TOKEN' },
        type: 'organization',
        scope: '',
        format: 'token',
      },
    });
  });

  it('prefer flags to the environment', () => {
    const given = { ...flags, url: 'http://127.0.0.1:8080', org: 'other', tokenFile: '-' };
    const options = exchangeOptions(given, env);
    expect(options).toMatchObject({
      ok: true,
      value: { url: 'http://127.0.0.1:8080', organization: 'other', subjectToken: { kind: 'stdin' } },
    });
  });

  it.each([
    [{ team: 'platform' }, 'team', 'team:platform'],
    [{ user: 'ada' }, 'personal', 'user:ada'],
    [{ runner: 'linux' }, 'runner', 'runner:linux'],
    [{ admin: true }, 'organization', 'admin'],
  ])('turn %j into token type %s with scope %j', (target, type, scope) => {
    expect(exchangeOptions({ ...flags, ...target }, env)).toMatchObject({ ok: true, value: { type, scope } });
  });

  it('take the file that COUNTERSIGN_ID_TOKEN_FILE names when there is no token itself', () => {
    const options = exchangeOptions(flags, {
      ...env,
      COUNTERSIGN_ID_TOKEN: '',
      COUNTERSIGN_ID_TOKEN_FILE: 'id',
    });
    expect(options).toMatchObject({ ok: true, value: { subjectToken: { kind: 'file', path: 'id' } } });
  });

  it.each([
    ['COUNTERSIGN_URL', 'usage'],
    ['COUNTERSIGN_ORG', 'usage'],
    ['COUNTERSIGN_ID_TOKEN', 'no_credential'],
  ])('without %s are a failure of kind %s', (name, kind) => {
    expect(exchangeOptions(flags, { ...env, [name]: '' })).toMatchObject({ ok: false, error: { kind } });
  });

  it.each([
    'sign.acme.example',
    'ftp://sign.acme.example',
    'https://ada@sign.acme.example',
    'https://:pw@sign.acme.example',
    'https://x/?a=b',
    'https://x/#a',
  ])('refuse %s as the address of a server', (url) => {
    expect(exchangeOptions({ ...flags, url }, env)).toMatchObject({ ok: false, error: { kind: 'usage' } });
  });
});

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['7d', 604_800],
    ['3600', 3600],
  ])('%s is %i seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', '0', '0h', '-1', '1.5h', '2 h', '2w', 'h', '1e3', '9999999999'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
