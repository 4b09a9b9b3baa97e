import type { CompiledNode, CompiledRule, CompiledTest } from '../compile.ts';
import type { Criterion } from '../reason.ts';
import { valuesOf } from './check-impossible.ts';
import type { AccessFinding } from './model.ts';

/**
 * Criteria that name what nobody is ever called: a team without its organization, a domain with an "@". In an allow they
 * let nobody in; in a deny they keep nobody out, which nobody would notice.
 */
export function checkNobody({ id, root }: CompiledRule): readonly AccessFinding[] {
  const messages = testsOf(root).flatMap((test) => misnamed(test));
  return [...new Set(messages)].map((message) => ({ lint: 'names-nobody', rule: id, message }));
}

interface Spelling {
  readonly fits: RegExp;
  readonly written: string;
}

const QUALIFIED = /^[^/]+\/[^/]+$/;

/** What has one spelling, and compares with nothing else. */
const SPELLINGS: Partial<Readonly<Record<Criterion, Spelling>>> = {
  domain: { fits: /^[^@*\s]+$/, written: 'bare, without "@" and wildcards, such as acme.example' },
  issuer: { fits: QUALIFIED, written: 'ORGANIZATION/NAME' },
  runner: { fits: QUALIFIED, written: 'ORGANIZATION/NAME' },
  team: { fits: QUALIFIED, written: 'ORGANIZATION/NAME' },
};

function misnamed({ criterion, matcher }: CompiledTest): readonly string[] {
  const spelling = SPELLINGS[criterion];
  if (spelling === undefined) return [];
  return (valuesOf(matcher, true) ?? [])
    .filter((value) => typeof value === 'string' && !spelling.fits.test(value))
    .map((value) => `no ${criterion} is called ${JSON.stringify(value)}: write it ${spelling.written}`);
}

function testsOf(node: CompiledNode): readonly CompiledTest[] {
  if ('of' in node) return node.of.flatMap(testsOf);
  return node.op === 'test' ? [node] : [];
}
