import { describe, expect, it } from 'vitest';
import { parseClaimPath, printClaimPath, readPath, type Claims, type Json } from '../claims.ts';
import { parseGithubSubject } from './github-subject.ts';
import { githubActions } from './github-actions.ts';
import { findPreset, ISSUER_PRESETS, issuerUrl, presetForUrl } from './presets.ts';

function valueOf(claims: Claims, claim: string): Json | undefined {
  const path = parseClaimPath(claim);
  if (!path.ok) throw new Error(path.error);
  return readPath(claims, path.value);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

describe('presets', () => {
  it('are found by name, and no two share one', () => {
    for (const preset of ISSUER_PRESETS) expect(findPreset(preset.name)).toBe(preset);
    expect(new Set(ISSUER_PRESETS.map((preset) => preset.name)).size).toBe(ISSUER_PRESETS.length);
    expect(findPreset('github')).toBeUndefined();
  });

  it.each([
    ['https://token.actions.githubusercontent.com', 'github-actions', true],
    ['https://token.actions.githubusercontent.com/', 'github-actions', true],
    ['https://token.actions.githubusercontent.com/acme-inc', 'github-actions', false],
    ['https://token.actions.acme.ghe.com', 'github-actions', false],
    ['https://github.acme.example/_services/token', 'github-actions', false],
    ['https://gitlab.com/', 'gitlab', true],
    ['https://accounts.google.com', 'google', true],
    ['https://agent.buildkite.com', 'buildkite', true],
    ['https://oidc.circleci.com/org/00000000-0000-4000-8000-0000000ac3e3', 'circleci', false],
    ['https://container.googleapis.com/v1/projects/p/locations/l/clusters/c/', 'kubernetes', false],
    ['https://oidc.eks.eu-west-1.amazonaws.com/id/ACE0', 'aws', false],
    ['https://acme.tokens.sts.global.api.aws', 'aws', false],
    ['https://login.microsoftonline.com/00000000-0000-4000-8000-0000000ac3e0/v2.0', 'azure', false],
    ['https://sts.windows.net/00000000-0000-4000-8000-0000000ac3e0/', 'azure', false],
    ['https://vstoken.dev.azure.com/00000000-0000-4000-8000-0000000ac3e1', 'azure', false],
  ])('know the URL %s', (url, name, shared) => {
    const preset = presetForUrl(url);
    expect(preset?.name).toBe(name);
    expect(preset && issuerUrl(preset, url)?.shared).toBe(shared);
  });

  it.each([
    'http://token.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com.mallory.example',
    'https://TOKEN.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com//',
    'https://gitlab.acme.example',
    'https://gitlab.com/acme',
    'https://login.microsoftonline.com/a/b/v2.0',
    'nonsense',
    '',
  ])('do not take %j for a platform', (url) => {
    expect(presetForUrl(url)).toBeUndefined();
  });
});

describe.each(ISSUER_PRESETS.map((preset) => [preset.name, preset] as const))(
  'the preset %s',
  (_name, preset) => {
    it('knows the issuers of its own samples', () => {
      const known = preset.samples.map((sample) => presetForUrl(text(sample['iss']))?.name);
      const expected = preset.issuers.length === 0 ? undefined : preset.name;
      expect(new Set(known)).toEqual(new Set([expected]));
    });

    it('writes claims as claim paths in their one spelling', () => {
      const claims = [
        ...preset.owner.map(({ claim }) => claim),
        ...Object.entries(preset.immutable).flatMap(([id, names]) => [id, ...names]),
        ...(preset.claims ?? []).map((claim) => claim.replace(/\.?\*$/, '')),
      ];
      for (const claim of claims) {
        const path = parseClaimPath(claim);
        expect(path.ok && printClaimPath(path.value)).toBe(claim);
      }
    });

    it('gives a stranger other owner claims than the customer, as far as its tokens have them', () => {
      const [sample] = preset.samples;
      const stranger = { ...sample, ...preset.stranger };
      const shared = preset.owner.filter(({ claim }) => {
        const value = valueOf(sample, claim);
        return value !== undefined && valueOf(stranger, claim) === value;
      });
      expect(shared).toEqual([]);
    });

    it('recognises the owner in its own samples', () => {
      const beginnings = preset.owner.flatMap(({ claim, begins }) =>
        preset.samples.flatMap((sample) => {
          const value = valueOf(sample, claim);
          return begins === undefined || typeof value !== 'string' ? [] : [[value, begins] as const];
        }),
      );
      const recognised = beginnings.filter(([value, begins]) => begins.test(value));
      expect(recognised.length > 0).toBe(beginnings.length > 0);
    });

    it('tells the run of an outsider from one of the customer by its subject', () => {
      const { outside, samples } = preset;
      if (outside?.isSubject === undefined) return;
      const subject = outside.claims['sub'] ?? samples[0]['sub'];
      expect(outside.isSubject(text(subject))).toBe(true);
      expect(samples.every((sample) => outside.isSubject?.(text(sample['sub'])))).toBe(false);
    });

    it('has hints', () => {
      expect(preset.hints.length).toBeGreaterThan(0);
      for (const hint of preset.hints) expect(hint).toMatch(/^[^\n]{10,160}\.$|…\sas\ssub\.$/);
    });
  },
);

describe('the samples of GitHub', () => {
  it('have every claim, and the subject in both forms', () => {
    const [names, ids] = githubActions.samples;
    expect(Object.keys(names).length).toBeGreaterThanOrEqual(31);
    expect(parseGithubSubject(text(names['sub']))?.ids).toBeUndefined();
    expect(parseGithubSubject(text(ids?.['sub']))?.ids).toEqual({ owner: '123456', repository: '456789' });
  });

  it('agree with themselves', () => {
    for (const sample of githubActions.samples) {
      const subject = parseGithubSubject(text(sample['sub']));
      expect(`${subject?.owner}/${subject?.repository}`).toBe(sample['repository']);
      expect(subject?.owner).toBe(sample['repository_owner']);
    }
  });
});
