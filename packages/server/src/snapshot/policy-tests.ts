import { runPolicyTest } from '@countersign/core';
import type { PolicyTestConfig } from '../config/model.ts';
import type { RuledProblem } from '../config/problem.ts';
import type { Organization } from './model.ts';

/**
 * Proves the policy tests of a configuration; each that fails is a problem of it, at its place in `tests`. They are about
 * policies, also where the issuer is disabled: whoever has to do that in a hurry must not be stopped by a test.
 */
export function provePolicyTests(
  tests: readonly PolicyTestConfig[],
  organizations: ReadonlyMap<string, Organization>,
): readonly RuledProblem[] {
  return tests.flatMap((test, index) => {
    const path = ['tests', index];
    const [name = '', issuerName = ''] = test.issuer.split('/');
    const organization = organizations.get(name);
    const issuer = [...(organization?.issuersById.values() ?? [])].find((one) => one.name === issuerName);
    if (!organization || !issuer) {
      return [{ path: [...path, 'issuer'], message: 'expected ORGANIZATION/ISSUER of the file' }];
    }
    const { passed, effect, lines } = runPolicyTest({ issuer, directory: organization.directory }, test);
    if (passed) return [];
    // A deny that was expected and proves nothing, since there is no such target, fails too.
    const got = effect === test.expect ? 'proves nothing' : `gets ${effect}`;
    const message = `this test expects ${test.expect} and ${got}: ${inOneLine(lines)}`;
    return [{ path, message, rule: 'policy-test' }];
  });
}

/** Characters of an explanation in a message. */
const MAX_EXPLANATION = 2000;

function inOneLine(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).join(' | ');
  return text.length > MAX_EXPLANATION ? `${text.slice(0, MAX_EXPLANATION)}…` : text;
}
