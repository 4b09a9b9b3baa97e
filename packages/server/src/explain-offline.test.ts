import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainOffline, type OfflineExplanation } from './explain-offline.ts';

let directory: string;
let configFile: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'explain-'));
  configFile = join(directory, 'countersign.yaml');
  const policies =
    'policies: [{ decision: allow, token_type: organization, match: { sub: { equals: job } } }]';
  await writeFile(
    configFile,
    `listen: 127.0.0.1:8080
url: http://localhost:8080
storage: 'sqlite::memory:'
organizations:
  - name: acme
    issuers:
      - { name: on, url: https://on.example, ${policies} }
      - { name: off, url: https://off.example, disabled: true, ${policies} }
`,
  );
});
afterAll(() => rm(directory, { recursive: true }));

async function explainClaims(issuer: string): Promise<OfflineExplanation> {
  const question = {
    kind: 'claims',
    issuer,
    claims: { sub: 'job' },
    type: 'organization',
    scope: '',
  } as const;
  const explained = await explainOffline({ configFile, env: {}, question, now: 0 });
  if (!explained.ok) throw new Error(JSON.stringify(explained.error));
  return explained.value;
}

describe('explain --offline of claims that were made up', () => {
  it('says what the policies of an issuer make of them', async () => {
    const { effect, steps } = await explainClaims('acme/on');
    expect(effect).toBe('allow');
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'issuer passed',
      'policy passed',
      'target passed',
    ]);
  });

  it('never says allowed for an issuer that is disabled, and shows what its policies would say', async () => {
    const { effect, code, steps } = await explainClaims('acme/off');
    expect({ effect, code }).toEqual({ effect: 'deny', code: 'token.not_trusted' });
    expect(steps[0]).toMatchObject({ step: 'issuer', outcome: 'failed', message: 'acme/off is disabled' });
    expect(steps[1]).toMatchObject({ step: 'policy', outcome: 'passed' });
  });
});
