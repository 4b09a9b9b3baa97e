import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPythonModule, PYTHON } from '../setup/debian.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, post } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';

/** Our signed tokens, verified by Debian's python3-jwcrypto with the keys that we publish. */
let issuer: TestIssuer;
let server: ServerProcess;

beforeAll(async () => {
  issuer = await startIssuer('ES256');
  server = await startServerProcess(smallHouse(issuer.url, { policies: [{ ...BUILD, format: 'jwt' }] }));
});
afterAll(async () => {
  await server.dispose();
  await issuer.close();
});

async function signedToken(): Promise<string> {
  const reply = await post(server.port, '/api/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'urn:countersign:org:acme',
    subject_token: await issuer.mint({ sub: 'build', aud: 'urn:countersign:org:acme' }),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  });
  return String(reply.json()['access_token']);
}

async function python(token: string): Promise<Record<string, unknown>> {
  const jwks = (await ask(server.port, { path: '/.well-known/jwks.json' })).json();
  const url = `http://localhost:${server.port}`;
  const script = fileURLToPath(new URL('./verify_token.py', import.meta.url));
  const run = spawnSync(PYTHON, [script], {
    input: JSON.stringify({ token, jwks, issuer: url, audience: url }),
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

describe.skipIf(!hasPythonModule('jwcrypto'))('python3-jwcrypto', () => {
  it('verifies a signed token and reads who it speaks for', async () => {
    const verified = await python(await signedToken());
    expect(verified).toMatchObject({
      valid: true,
      header: { alg: 'ES256', typ: 'at+jwt' },
      claims: { sub: 'org:acme', org: 'acme' },
    });
  });

  it('refuses one with a byte changed', async () => {
    const [header = '', payload = '', signature = ''] = (await signedToken()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'org:globex' })).toString('base64url');
    expect(await python(`${header}.${forged}.${signature}`)).toMatchObject({ valid: false });
  });
});
