import { lintTrust, type ConditionCompiler, type Finding, type Json, type Problem } from '@countersign/core';
import { audiencesOf } from './audiences.ts';
import type { LintProblem } from './lint-problem.ts';
import { lintUpstreams } from './lint-upstreams.ts';
import type { IssuerConfig } from './model.ts';
import type { Outline } from './outline.ts';
import { issuer as issuerSchema } from './schema/issuer.ts';
import { pathInFile } from './schema/policy.ts';
import { valueAt } from './shape.ts';

/**
 * Lint of every issuer that can be read, whatever is wrong with the rest of the file. An error is a problem like any
 * other: a policy that lets in whom nobody meant is as good as a hole, and nothing starts with it.
 */
export interface Lint {
  readonly errors: readonly LintProblem[];
  readonly warnings: readonly LintProblem[];
}

export function lintIssuers(value: Json, outline: Outline, conditions: ConditionCompiler | undefined): Lint {
  const errors: LintProblem[] = [];
  const warnings: LintProblem[] = [
    ...lintPrivateNetworks(value),
    ...lintTrustedProxies(value),
    ...lintUpstreams(value),
  ];
  for (const organization of outline.organizations) {
    for (const { path: named } of organization.issuers) {
      const path = typeof named.at(-1) === 'string' ? named.slice(0, -1) : named;
      const issuer = issuerSchema.safeParse(valueAt(value, path), { jitless: true });
      if (!issuer.success) continue;
      for (const finding of findingsOf(organization.name, issuer.data, outline.url ?? '', conditions)) {
        const list = finding.level === 'error' ? errors : warnings;
        list.push(problemOf(finding, path, issuer.data));
      }
    }
  }
  return { errors, warnings };
}

/** `true` is for a laptop. A list that holds a whole family of addresses says no less. */
function lintPrivateNetworks(value: Json): readonly LintProblem[] {
  const path = ['allow_private_issuers'];
  const allowed = valueAt(value, path);
  const open = allowed === true || holdsWholeFamily(allowed);
  const message = 'keys may come from any private address; list the hosts and networks of your issuers';
  return open ? [{ path, message, rule: 'private-networks-open' }] : [];
}

/** Whoever is trusted says who asks: with everybody in the list, anybody says it. */
function lintTrustedProxies(value: Json): readonly LintProblem[] {
  const path = ['trusted_proxies'];
  const message = 'anybody may say which address a request comes from; list the addresses of your proxies';
  return holdsWholeFamily(valueAt(value, path)) ? [{ path, message, rule: 'trusted-proxies-open' }] : [];
}

function holdsWholeFamily(networks: Json | undefined): boolean {
  return (
    Array.isArray(networks) && networks.some((entry) => typeof entry === 'string' && entry.endsWith('/0'))
  );
}

function findingsOf(
  organization: string,
  issuer: IssuerConfig,
  serviceUrl: string,
  conditions: ConditionCompiler | undefined,
): readonly Finding[] {
  const { name, url, preset, policies, jwks } = issuer;
  const audiences = audiencesOf(organization, issuer, serviceUrl);
  const keysGiven = jwks !== undefined;
  const subject = { name, url, audiences, keysGiven, ...(preset === undefined ? {} : { preset }) };
  return lintTrust({ organization, issuer: subject, policies }, { conditions });
}

/** Characters of an example in a message; the whole of it goes beside. */
const MAX_EXAMPLE = 2000;

function problemOf(
  { path, message, rule, example }: Finding,
  issuerPath: Problem['path'],
  issuer: IssuerConfig,
): LintProblem {
  const at = [...issuerPath, ...inFile(path, issuer)];
  if (example === undefined) return { path: at, message, rule };
  const text = JSON.stringify(example);
  const shown = text.length > MAX_EXAMPLE ? `${text.slice(0, MAX_EXAMPLE)}…` : text;
  return { path: at, message: `${message}; this token would pass: ${shown}`, rule, example };
}

/** The path of a finding, from the issuer on, in the words of the file. */
function inFile(path: Problem['path'], { policies }: IssuerConfig): Problem['path'] {
  const [list, index, ...rest] = path;
  const policy = list === 'policies' && typeof index === 'number' ? policies[index] : undefined;
  return policy === undefined || index === undefined
    ? path
    : [list ?? '', index, ...pathInFile(rest, policy.tokenType)];
}
