import { compileGlob } from '../policy/glob.ts';
import { issuerKey } from '../token/issuer-key.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import { generic } from './generic.ts';
import { githubActions } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { kubernetes } from './kubernetes.ts';
import type { IssuerPreset, IssuerUrl } from './model.ts';

/** Every preset. Adding one is a file and a line here. */
export const ISSUER_PRESETS: readonly IssuerPreset[] = [
  githubActions,
  gitlab,
  kubernetes,
  google,
  aws,
  azure,
  circleci,
  buildkite,
  generic,
];

/** The preset of this name. */
export function findPreset(name: string): IssuerPreset | undefined {
  return ISSUER_PRESETS.find((preset) => preset.name === name);
}

/** The preset whose issuer has this URL. */
export function presetForUrl(url: string): IssuerPreset | undefined {
  return ISSUER_PRESETS.find((preset) => issuerUrl(preset, url) !== undefined);
}

/** How the preset knows this URL, if it does. */
export function issuerUrl(preset: IssuerPreset, url: string): IssuerUrl | undefined {
  return preset.issuers.find((issuer) => isUrlOf(issuer, issuerKey(url)));
}

function isUrlOf(issuer: IssuerUrl, url: string): boolean {
  const matches = compileGlob(issuer.url);
  // "*" stands for a name, and nothing is no name.
  return matches.ok && !url.endsWith('/') && matches.value(url);
}
