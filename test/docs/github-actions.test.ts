import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { ADMIN, DEPLOY, GUIDE, startWorkflows, type Job, type Workflows } from './github-actions-house.ts';
import { blockWith } from './guide.ts';

/** The guide is followed: its file is served, its steps are run in a shell, its service verifies what reaches it. */
let workflows: Workflows;
beforeAll(async () => {
  workflows = await startWorkflows();
});
afterAll(() => workflows.dispose());

/** A run of a pull request of the repository's own branch: a fork's run gets no token to show. */
const PULL_REQUEST: Job = {
  ...DEPLOY,
  sub: 'repo:acme/shop:pull_request',
  event_name: 'pull_request',
  ref: 'refs/pull/412/merge',
};
const OTHER_WORKFLOW: Job = {
  ...DEPLOY,
  workflow_ref: 'acme/shop/.github/workflows/lint.yml@refs/heads/main',
};

/** The answer of a refusal at the end of what a step printed. */
const refusal = (out: string): Record<string, unknown> =>
  JSON.parse(out.slice(out.indexOf('{'))) as Record<string, unknown>;

/** What differs from run to run, taken away. */
const steady = (text: string): string =>
  text
    .replaceAll(/\b(dec|iss)_\w{26}/g, '$1')
    .replaceAll(/^( {2}time +).*$/gm, '$1now')
    .trim();

const explained = async (id: unknown): Promise<string> => {
  const { out } = await countersign(['explain', String(id)], {
    cwd: workflows.server.folder,
    env: { COUNTERSIGN_ADMIN_TOKEN: ADMIN, COUNTERSIGN_URL: `http://127.0.0.1:${workflows.server.port}` },
  });
  return out;
};

describe.each(['exchange', 'direct'] as const)('the step that shows its token by %s', (step) => {
  it('reaches the service, which verifies who called', async () => {
    const { status, out } = await workflows.run(step, DEPLOY);
    expect([status, out]).toEqual([0, expect.stringContaining('"team":"acme/deploy"')]);
    const caller = refusal(out);
    const shown = JSON.parse(blockWith(GUIDE, 'json', '"sid"')) as Record<string, unknown>;
    expect(Object.keys(caller)).toEqual(Object.keys(shown));
    for (const claim of ['sub', 'team', 'repository', 'run_id', 'org', 'groups'])
      expect([claim, caller[claim]]).toEqual([claim, shown[claim]]);
  });

  it('ends with the refusal in its log where the policy of the issuer says no', async () => {
    const { status, out } = await workflows.run(step, PULL_REQUEST);
    expect(status).not.toBe(0);
    expect(refusal(out)['code']).toBe('policy.refused');
  });

  it('ends with the refusal in its log where another workflow has come for a token', async () => {
    const { status, out } = await workflows.run(step, OTHER_WORKFLOW);
    expect(status).not.toBe(0);
    expect(refusal(out)).toMatchObject({ status: 403, code: 'policy.refused' });
  });
});

describe('what the guide shows', () => {
  it('of a refused exchange is what the server answers', async () => {
    const { out } = await workflows.run('exchange', PULL_REQUEST);
    const shown = JSON.parse(blockWith(GUIDE, 'json', 'decision_id')) as Record<string, unknown>;
    const varying = { decision_id: 'dec', error_uri: 'page' };
    expect({ ...refusal(out), ...varying }).toEqual({ ...shown, ...varying });
  });

  it.each([
    ['the exchange', PULL_REQUEST, 'kind           exchange'],
    ['the route', OTHER_WORKFLOW, 'kind           gateway'],
  ])('of why %s was refused is what explain prints', async (_what, job, mark) => {
    const { out } = await workflows.run('exchange', job);
    const shown = blockWith(GUIDE, 'console', mark).split('\n').slice(1).join('\n');
    const printed = await explained(refusal(out)['decision_id']);
    expect(steady(shown)).toBe(steady(printed.replaceAll('localhost', 'releases.acme.example')));
  });
});

describe('taking it back', () => {
  it('ends a token by the line of the guide, and the next run gets another', async () => {
    const { port } = workflows.server;
    const { out } = await workflows.run('exchange', DEPLOY);
    const token = /cst_\w+/.exec(out)?.[0] ?? '';
    const release = (): Promise<Reply> =>
      ask(port, {
        path: '/releases/1.4.0',
        host: `localhost:${port}`,
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await release()).status).toBe(200);
    const [, body = ''] = /-d '(\{.*\})'/.exec(blockWith(GUIDE, 'sh', '/tokens/revoke')) ?? [];
    const reply = await post(port, '/api/orgs/acme/tokens/revoke', JSON.parse(body), {
      host: `127.0.0.1:${port}`,
      authorization: `token ${ADMIN}`,
    });
    expect(reply.status).toBe(200);
    const after = await release();
    expect([after.status, after.json()['code']]).toEqual([401, 'credential.revoked']);
    expect((await workflows.run('exchange', DEPLOY)).status).toBe(0);
  });
});
