import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { main } from './main.ts';
import { PLANNED } from './program.ts';

const env = { COUNTERSIGN_URL: 'http://127.0.0.1:1', COUNTERSIGN_ORG: 'acme', COUNTERSIGN_ID_TOKEN: 'jwt' };

describe('the command line', () => {
  it('prints help on standard output and ends with 0', async () => {
    const deps = fakeDeps();
    expect(await main(['--help'], deps)).toBe(0);
    expect(deps.out()).toContain('countersign demo');
    expect(deps.errors()).toBe('');
  });

  it.each([
    [['help'], 'Usage: countersign [options]'],
    [['help', 'check'], 'Usage: countersign check'],
    [['help', 'keys', 'rotate'], 'Usage: countersign keys rotate'],
    [['keys', 'help', 'rotate'], 'Usage: countersign keys rotate'],
  ])('prints the help of the command that %j names', async (args, said) => {
    const deps = fakeDeps();
    expect(await main(args, deps)).toBe(0);
    expect(deps.out()).toContain(said);
    expect(deps.errors()).toBe('');
  });

  it('without a command prints help on standard error and ends with 2', async () => {
    const deps = fakeDeps();
    expect(await main([], deps)).toBe(2);
    expect(deps.errors()).toContain('Usage: countersign');
    expect(deps.out()).toBe('');
  });

  it.each([
    [['exchnage'], 'Did you mean exchange?'],
    [['exchange', '--taem', 'x'], 'Did you mean --team?'],
    [['demo', '--jsno'], 'Did you mean --json?'],
    [['version', 'extra'], 'too many arguments'],
    [['demo', 'tuor'], 'tuor'],
    [['exchange', '--url'], 'argument missing'],
    [['explain'], 'what is to be explained?'],
    [['explain', 'nonsense'], 'a decision id is'],
    [['explain', `dec_${'0'.repeat(26)}`, '--config', 'x'], '--config goes with --offline'],
    [['explain', `dec_${'0'.repeat(26)}`, '--offline', '--url', 'x'], '--url cannot be used with --offline'],
    [['explain', `dec_${'0'.repeat(26)}`, '--offline', '--org', 'x'], '--org cannot be used with'],
    [
      ['explain', `dec_${'0'.repeat(26)}`, '--offline', '--token-file', 'x'],
      '--token-file cannot be used with',
    ],
    [['explain', `dec_${'0'.repeat(26)}`, '--claims', '{}'], '--claims cannot be used with'],
    [['help', 'nosuch'], "unknown command 'nosuch'"],
    [['help', 'chekc'], 'Did you mean check?'],
    [['help', 'keys', 'rotat'], 'Did you mean rotate?'],
    [['keys', 'help', 'rotat'], 'Did you mean rotate?'],
    [['help', 'check', 'extra'], 'check has none like that'],
    [['help', 'demo', 'tuor'], 'too many arguments'],
    [['help', 'demo', '--', '--json'], 'demo has none like that'],
    [['help', 'curl'], 'the command curl is not available yet'],
    [['keys', 'rotat'], 'Did you mean rotate?'],
    [['token', 'inspct'], 'Did you mean inspect?'],
    [['audit', 'verify', '--sinc', 'x'], 'Did you mean --since?'],
    [['issuer', 'test'], 'missing required argument'],
    [['keys', 'revoke', 'access'], 'missing required argument'],
    [['exchange', '--team', 'a', '--user', 'b'], 'cannot be used with'],
    [['exchange', '--runner', 'a', '--admin'], 'cannot be used with'],
    [['exchange', '--expiration', 'soon'], 'Give 90s'],
    [['demo', '--port', '65536'], 'Give a port from 1 to 65535'],
    [['demo', '--port', '0'], 'Give a port from 1 to 65535'],
    [['check', '-o', 'yaml'], 'yaml is not available yet'],
    [['check', '-o', 'text'], 'there is no format text'],
    [['version', '-o', 'yaml'], 'yaml is not available yet'],
    [['version', '-o', 'xml'], 'there is no format xml'],
  ])('refuses %j on standard error with 2', async (args, said) => {
    const deps = fakeDeps({ env });
    expect(await main(args, deps)).toBe(2);
    expect(deps.errors()).toContain(said);
    expect(deps.out()).toBe('');
  });

  it.each(PLANNED)('refuses %s by name until it exists', async (name) => {
    const deps = fakeDeps();
    expect(await main([name, '--anything'], deps)).toBe(2);
    expect(deps.errors()).toContain(`the command ${name} is not available yet`);
  });

  it('ends with 5 when the server does not answer', async () => {
    const deps = fakeDeps({ env });
    expect(await main(['exchange'], deps)).toBe(5);
    expect(deps.errors()).toContain('does not answer');
  });

  it('ends with 4 when there is no token to exchange', async () => {
    const deps = fakeDeps({ env: { ...env, COUNTERSIGN_ID_TOKEN: '' } });
    expect(await main(['exchange'], deps)).toBe(4);
    expect(deps.errors()).toContain('not available yet');
  });

  it('prints a refusal with its hints on standard error and ends with 3', async () => {
    const body = {
      code: 'token.expired',
      error_description: 'The subject token has expired.',
      hint: ['hurry'],
    };
    const deps = fakeDeps({ env, fetch: async () => Response.json(body, { status: 400 }) });
    expect(await main(['exchange'], deps)).toBe(3);
    expect(deps.errors()).toBe(
      'countersign: The subject token has expired.\n  code      token.expired\n  hint      hurry\n',
    );
    expect(deps.out()).toBe('');
  });

  it('ends with 1 on a fault of its own', async () => {
    const deps = fakeDeps({ demo: { startDemo: () => Promise.reject(new Error('a bug')) } });
    expect(await main(['demo'], deps)).toBe(1);
    expect(deps.errors()).toContain('unexpected: Error: a bug');
  });
});
