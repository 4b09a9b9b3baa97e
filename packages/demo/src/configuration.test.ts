import { ok } from '@countersign/core';
import { compileSnapshot, formatProblem, loadConfig } from '@countersign/server';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN_VARIABLE, demoConfiguration } from './configuration.ts';

const text = demoConfiguration({
  port: 8080,
  identityProvider: 'http://127.0.0.1:8081',
  upstream: 'http://127.0.0.1:8082',
});

describe('the configuration of the demo', () => {
  it('is one that the server accepts', () => {
    const env = { [ADMIN_TOKEN_VARIABLE]: 'x'.repeat(32) };
    const loaded = loadConfig({ file: '/nowhere/countersign.yaml', env, readFile: () => ok(text) });
    if (!loaded.ok) throw new Error(loaded.error.map(formatProblem).join('\n'));
    expect(compileSnapshot(loaded.value.config)).toMatchObject({ ok: true });
  });

  it('passes lint at the issuers that it stands for: people copy it', () => {
    const real = [
      ['http://127.0.0.1:8081/github', 'https://token.actions.githubusercontent.com'],
      ['http://127.0.0.1:8081/gitlab', 'https://gitlab.com'],
      ['http://127.0.0.1:8081/google', 'https://accounts.google.com'],
      ['http://127.0.0.1:8081/kubernetes', 'https://kubernetes.acme.example'],
    ].reduce((written, [ours = '', theirs = '']) => written.replace(ours, theirs), text);
    const env = { [ADMIN_TOKEN_VARIABLE]: 'x'.repeat(32) };
    const loaded = loadConfig({ file: '/nowhere/countersign.yaml', env, readFile: () => ok(real) });
    expect(loaded).toMatchObject({ ok: true, value: { findings: [] } });
  });

  it('listens on loopback alone', () => {
    expect(text).toContain('\nlisten: 127.0.0.1:8080\n');
    const hosts = [...text.matchAll(/https?:\/\/([a-z0-9.-]+)/g)].map(([, host]) => host);
    expect(new Set(hosts)).toEqual(new Set(['127.0.0.1', 'orders.localhost']));
  });

  it('holds no secret: the administrator token comes from the environment', () => {
    expect(text).toContain('admin_token: ${COUNTERSIGN_ADMIN_TOKEN}');
  });
});
