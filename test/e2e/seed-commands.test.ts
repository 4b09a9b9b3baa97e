import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../setup/debian.ts';
import { startHouse, type House } from './house.ts';

/** The commands of the two documents that the product comes from, as people copy them: real `curl`, real shell. */
const run = promisify(execFile);
let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

async function shell(command: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run('sh', ['-c', command], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  return stdout;
}

describe.skipIf(!has('curl'))('the OAuth token exchange of the Pulumi Cloud page', () => {
  it('answers its curl, with the organization, the host and the token put in', async () => {
    const page = String.raw`curl \
      -H "Accept: application/vnd.pulumi+8" \
      -H "Content-Type: application/json" \
      --request POST \
      --data '{"audience":"urn:pulumi:org:ORG_NAME","grant_type":"urn:ietf:params:oauth:grant-type:token-exchange","subject_token_type":"urn:ietf:params:oauth:token-type:id_token","requested_token_type":"urn:pulumi:token-type:access_token:organization","expiration":7200,"scope":"","subject_token":"$SOURCE_TOKEN"}' \
      https://api.pulumi.com/api/oauth/token`;
    const token = await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
    });
    const command = page
      .replace('ORG_NAME', 'acme')
      .replace('$SOURCE_TOKEN', token)
      .replace('https://api.pulumi.com', `http://localhost:${house.server.port}`);
    const answer = JSON.parse(await shell(command)) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual([
      'access_token',
      'issued_token_type',
      'token_type',
      'expires_in',
      'scope',
      'refresh_token',
    ]);
    expect(answer).toMatchObject({
      issued_token_type: 'urn:pulumi:token-type:access_token:organization',
      token_type: 'token',
      expires_in: 7200,
      scope: '',
      refresh_token: '',
    });
  });
});

describe.skipIf(!has('curl'))('programmatic access of the Pomerium page', () => {
  it('answers the last two calls of its script: id_token for Token, Token for the service', async () => {
    const idToken = await house.corp.mint({
      aud: 'countersign',
      sub: '1001',
      email: 'ada@acme.example',
      email_verified: true,
    });
    const exchanged = await shell(
      `curl -X POST \\\n\t-d id_token=$ID_TOKEN \\\n\thttp://localhost:${house.server.port}/api/v1/token`,
      { ID_TOKEN: idToken },
    );
    const { Token } = JSON.parse(exchanged) as { Token: string };
    const service = await shell(
      `curl \\\n\t-H "Authorization: Bearer \${POMERIUM_ACCESS_TOKEN}" \\\n\thttp://orders.localhost:${house.server.port}/get`,
      { POMERIUM_ACCESS_TOKEN: Token },
    );
    expect(JSON.parse(service)).toMatchObject({ method: 'GET', url: '/get' });
  });
});
