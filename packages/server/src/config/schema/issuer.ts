import { findPreset, ISSUER_PRESETS, presetForUrl, type Problem } from '@countersign/core';
import * as z from 'zod';
import { parseKeySet } from '../../trust/jwks.ts';
import { certificatesFault } from '../certificates.ts';
import type { IssuerConfig } from '../model.ts';
import { nearest } from '../nearest.ts';
import { isLoopbackHost, issuerUrl } from './address.ts';
import { policy } from './policy.ts';
import { duration, identifier, name } from './scalar.ts';

/** A trusted issuer: whose tokens are exchanged, where its keys come from, and under which policies. */

/** Also of identity providers: what `aud` may hold. */
export const audiences = z
  .array(
    identifier.refine(
      (text) => text !== 'any',
      'any stands alone, not in a list: then every audience is taken',
    ),
  )
  .min(1, 'expected at least one audience');

const audiencesOrAny = z.union([z.literal('any'), audiences], {
  error: 'expected a list of audiences, or any',
});

const preset = z.string().superRefine((text, context) => {
  if (findPreset(text) === undefined) context.addIssue({ code: 'custom', message: unknownPreset(text) });
});

function unknownPreset(text: string): string {
  const names = ISSUER_PRESETS.map((known) => known.name);
  const near = nearest(text, names);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  return `expected one of ${names.join(', ')}${hint}`;
}

/** The content of `jwks_file`. A set that nothing could be verified with is a mistake, not an issuer without tokens. */
const keySet = z.string().superRefine((text, context) => {
  const message = keySetFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export function keySetFault(text: string): string | undefined {
  const set = parseKeySet(Buffer.from(text));
  if (!set.ok) return 'expected a file that holds a JSON Web Key Set: { "keys": [ … ] }';
  if (set.value.keys.some((key) => 'fault' in key && key.fault === 'secret'))
    return 'expected public keys alone: this file holds a private or a shared key';
  return set.value.size > 0 ? undefined : 'expected a key set with at least one key that can be used';
}

/** The content of `ca_file`. */
const certificates = z.string().superRefine((text, context) => {
  const message = certificatesFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const thumbprint = z
  .string()
  .regex(/^[0-9A-Fa-f]{64}$/, 'expected the SHA-256 of a certificate: 64 hex digits without colons')
  .transform((text) => text.toLowerCase());

/** More certificates than any issuer serves in turns. */
const MAX_THUMBPRINTS = 32;

export const issuerShape = {
  name,
  url: issuerUrl.describe('As in `iss`; discovery is this plus /.well-known/openid-configuration.'),
  preset: preset.exactOptional().describe('A platform whose tokens are known: brings checks of policies.'),
  disabled: z.boolean().default(false),
  audiences: audiencesOrAny
    .exactOptional()
    .describe(
      '`aud` must hold one of them. Default: the names of the organization, url, and what allow policies pin.',
    ),
  replay: z
    .enum(['allow', 'once'])
    .default('allow')
    .describe('once: at most one live token from a subject token.'),
  max_expiration: duration('1s', '365d')
    .prefault('25h')
    .describe('Longest lifetime of a token that it vouches for.'),
  max_token_age: duration('1s', '365d')
    .exactOptional()
    .describe('Refuse subject tokens that were issued longer ago.'),
  jwks_file: keySet.exactOptional().describe('Path of a key set (JSON) given by hand: nothing is fetched.'),
  ca_file: certificates
    .exactOptional()
    .describe('Path of certificate authorities (PEM) to trust for discovery and keys.'),
  thumbprints: z
    .array(thumbprint)
    .max(MAX_THUMBPRINTS, `expected at most ${MAX_THUMBPRINTS} thumbprints`)
    .default([])
    .describe('SHA-256 of the server certificate, hex: taken where no authority vouches for it.'),
  policies: z.array(policy).default([]).describe('Without any, nothing is allowed.'),
};

const issuerObject = z.strictObject(issuerShape);

export const issuer = issuerObject
  .superRefine((document, context) => {
    for (const { path, message } of issuerProblems(document)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  })
  .transform(toIssuer);

type IssuerDocument = z.output<typeof issuerObject>;

function issuerProblems({ url, preset: named, ...keys }: IssuerDocument): readonly Problem[] {
  const problems: Problem[] = [];
  // One that nobody knows is reported where it is read.
  const fault = named === undefined || findPreset(named) === undefined ? undefined : presetFault(named, url);
  if (fault !== undefined) problems.push({ path: ['preset'], message: fault });
  // Whoever writes both believes that a certificate is checked somewhere.
  if (keys.jwks_file !== undefined && (keys.ca_file !== undefined || keys.thumbprints.length > 0)) {
    const message = 'excludes ca_file and thumbprints: nothing is fetched from this issuer';
    problems.push({ path: ['jwks_file'], message });
  }
  return problems;
}

/** What is wrong with a preset for an issuer of this URL. */
export function presetFault(named: string, url: string): string | undefined {
  if (findPreset(named) === undefined) return unknownPreset(named);
  return fitsPreset(named, url)
    ? undefined
    : 'expected the preset of this url: the platform has another issuer';
}

/** Platforms that people also run themselves, under a URL that nobody can know beforehand. */
const SELF_HOSTED: ReadonlySet<string> = new Set(['generic', 'gitlab', 'kubernetes']);

/** Loopback stands in for every platform: that is what a test of policies runs against. */
function fitsPreset(named: string, url: string): boolean {
  const own = presetForUrl(url)?.name;
  if (own !== undefined) return own === named || named === 'generic';
  return SELF_HOSTED.has(named) || isLoopbackHost(new URL(url).hostname);
}

function toIssuer(value: IssuerDocument): IssuerConfig {
  return {
    name: value.name,
    url: value.url,
    disabled: value.disabled,
    replay: value.replay,
    thumbprints: value.thumbprints,
    maxExpiration: value.max_expiration,
    policies: value.policies,
    ...(value.preset === undefined ? {} : { preset: value.preset }),
    ...(value.audiences === undefined ? {} : { audiences: value.audiences }),
    ...(value.jwks_file === undefined ? {} : { jwks: value.jwks_file }),
    ...(value.ca_file === undefined ? {} : { ca: value.ca_file }),
    ...(value.max_token_age === undefined ? {} : { maxTokenAge: value.max_token_age }),
  };
}
