import { findPreset } from '../../issuer-preset/presets.ts';
import { inRange, parseAddress, parseRange } from '../cidr.ts';
import { example, ownToken } from './example.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';
import type { LintRule } from './rules.ts';

/** What is said of the issuer itself. */
export function checkIssuer(all: readonly LintedPolicy[], context: LintContext): readonly Finding[] {
  const { url, audiences, preset, keysGiven = false } = context.subject.issuer;
  const findings: Finding[] = [];
  const add = (rule: LintRule, key: string, message: string, more: Pick<Finding, 'example'> = {}): void => {
    findings.push({ level: 'warning', rule, path: [key], message, ...more });
  };
  if (audiences === 'any')
    add(
      'audience-any',
      'audiences',
      'tokens that were made for other services pass',
      otherAudience(all, context),
    );
  // Where nothing is fetched, the URL is a name and no address.
  if (!keysGiven && url.startsWith('http:')) add('issuer-insecure', 'url', 'its keys come over plain http');
  if (!keysGiven && isPrivate(hostOf(url)))
    add('issuer-private', 'url', 'this address means another machine elsewhere');
  if (preset !== undefined && preset !== context.preset.name && findPreset(preset) !== undefined)
    add('preset-mismatch', 'preset', `this is the URL of ${context.preset.title}`);
  return findings;
}

/** Policies that are tried for an example. */
const TRIED = 16;

function otherAudience(all: readonly LintedPolicy[], context: LintContext): Pick<Finding, 'example'> {
  for (const one of all.filter(({ policy }) => policy.decision === 'allow').slice(0, TRIED)) {
    const base = { ...ownToken(one, context), aud: 'https://other.example' };
    const shown = example(one, context, base, { fixed: new Set(['aud']) });
    if (shown.example !== undefined) return shown;
  }
  return {};
}

function hostOf(url: string): string {
  const [, bracketed, plain] = /^https?:\/\/(?:\[([^\]/]*)\]|([^/:?#]*))/i.exec(url) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

/** RFC 1918, RFC 6598, loopback and link-local, of both families. */
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => {
  const range = parseRange(text);
  return range.ok ? [range.value] : [];
});

function isPrivate(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const address = parseAddress(host);
  return address !== undefined && PRIVATE.some((range) => inRange(address, range));
}
