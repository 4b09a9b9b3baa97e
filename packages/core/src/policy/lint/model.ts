import type { Claims } from '../../claims.ts';
import type { IssuerPreset } from '../../issuer-preset/model.ts';
import type { Path } from '../dialect/claim-test.ts';
import type { TrustPolicy } from '../model.ts';
import type { Pin } from './pins.ts';
import type { Prover } from './prover.ts';
import type { LintRule } from './rules.ts';

/** What is looked at: an issuer as an organization trusts it. */
export interface LintSubject {
  readonly organization: string;
  readonly issuer: {
    readonly name: string;
    readonly url: string;
    /** Name of a preset. */
    readonly preset?: string;
    readonly audiences: readonly string[] | 'any';
    /** Its keys are given by hand, and nothing is fetched. */
    readonly keysGiven?: boolean;
  };
  readonly policies: readonly TrustPolicy[];
}

export interface Finding {
  /** `error`: the configuration is not to be loaded. */
  readonly level: 'error' | 'warning';
  readonly rule: LintRule;
  /** Leads from the issuer to what was found: `['policies', 0, 'rules', 'sub']`. */
  readonly path: Path;
  readonly message: string;
  /** Claims that pass and should not. The engine has allowed them for some target of the policy. */
  readonly example?: Claims;
}

/** Of an access policy; always a warning. */
export interface AccessFinding {
  readonly lint: LintRule;
  /** Id of the rule; absent when it is about all of them together. */
  readonly rule?: string;
  readonly message: string;
}

/** A policy as the checks see it. */
export interface LintedPolicy {
  readonly index: number;
  readonly policy: TrustPolicy;
  readonly pins: readonly Pin[];
  readonly path: Path;
}

/** What every check may know. */
export interface LintContext {
  readonly subject: LintSubject;
  readonly preset: IssuerPreset;
  /** One issuer for many customers. */
  readonly shared: boolean;
  readonly prover: Prover;
}

/** Looks at one policy. */
export type PolicyCheck = (one: LintedPolicy, context: LintContext) => readonly Finding[];
