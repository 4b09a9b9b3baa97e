import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGithubSubject, type GithubSubject } from './github-subject.ts';

describe('a subject of GitHub', () => {
  it.each<readonly [string, GithubSubject]>([
    [
      'repo:acme/shop:ref:refs/heads/main',
      { owner: 'acme', repository: 'shop', context: { kind: 'ref', ref: 'refs/heads/main' } },
    ],
    [
      'repo:acme@123456/shop@456789:ref:refs/tags/v1.2',
      {
        owner: 'acme',
        repository: 'shop',
        ids: { owner: '123456', repository: '456789' },
        context: { kind: 'ref', ref: 'refs/tags/v1.2' },
      },
    ],
    ['repo:acme/shop:pull_request', { owner: 'acme', repository: 'shop', context: { kind: 'pull_request' } }],
    [
      'repo:acme/shop:environment:Production%3AV1',
      { owner: 'acme', repository: 'shop', context: { kind: 'environment', environment: 'Production:V1' } },
    ],
    [
      'repo:acme/.github:environment:a%2Fb',
      { owner: 'acme', repository: '.github', context: { kind: 'environment', environment: 'a%2Fb' } },
    ],
  ])('is read by its grammar: %s', (text, subject) => {
    expect(parseGithubSubject(text)).toEqual(subject);
  });

  it.each([
    '',
    'repo:acme',
    'repo:acme/shop',
    'repo:acme/shop:',
    'repo:acme/shop:ref',
    'repo:acme/shop:ref:',
    'repo:acme@1/shop:pull_request',
    'repo:acme/shop@1:pull_request',
    'repo:acme@x/shop@1:pull_request',
    'repo:acme@1@2/shop@3:pull_request',
    'repo:acme/shop/more:pull_request',
    'repo:acme/shop:pull_request:ref:refs/heads/main',
    'REPO:acme/shop:pull_request',
    'repository_owner_id:123456:environment:production',
    ' repo:acme/shop:pull_request',
    'repo:acme/shop:pull_request\n',
  ])('is not guessed at: %j', (text) => {
    expect(parseGithubSubject(text)).toBeUndefined();
  });

  it('with an environment that was named like a branch is nobody', () => {
    expect(parseGithubSubject('repo:acme/shop:environment:x:ref:refs/heads/main')).toBeUndefined();
  });

  it('says what it was made of', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
    const id = fc.nat().map(String);
    fc.assert(
      fc.property(
        name,
        name,
        fc.option(fc.tuple(id, id)),
        fc.string({ minLength: 1 }),
        (owner, repository, ids, environment) => {
          fc.pre(!environment.includes('%3A'));
          const [ownerPart, repositoryPart] = ids === null ? ['', ''] : [`@${ids[0]}`, `@${ids[1]}`];
          const context = `environment:${environment.replaceAll(':', '%3A')}`;
          expect(
            parseGithubSubject(`repo:${owner}${ownerPart}/${repository}${repositoryPart}:${context}`),
          ).toEqual({
            owner,
            repository,
            ...(ids === null ? {} : { ids: { owner: ids[0], repository: ids[1] } }),
            context: { kind: 'environment', environment },
          });
        },
      ),
    );
  });
});
