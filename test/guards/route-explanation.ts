import type { Guard } from './guard.ts';

/** What `check` says of a route: who trusts a sentence that is not so leaves open what looks shut. */

const POLICY = 'packages/core/src/policy/';
const SERVER = 'packages/server/src/config/';

const row = (file: string, test: string, rest: Omit<Guard, 'file' | 'test'>): Guard => ({
  file,
  test,
  ...rest,
});

const DESCRIBE = [`${POLICY}describe.ts`, `${POLICY}describe.test.ts`] as const;
const MATCHER = [`${POLICY}describe-matcher.ts`, `${POLICY}describe-table.test.ts`] as const;
const ROUTES = [`${SERVER}describe-routes.ts`, `${SERVER}describe-routes.test.ts`] as const;
const LINT = [`${POLICY}lint/lint-access.ts`, `${POLICY}lint/lint-access.test.ts`] as const;
const IMPOSSIBLE = [`${POLICY}lint/check-impossible.ts`, `${POLICY}lint/lint-access.test.ts`] as const;

export const routeExplanationGuards: readonly Guard[] = [
  row(...DESCRIBE, {
    threat: 'house: what is explained is what is decided',
    name: 'a deny that always holds lets nobody pass',
    guard: 'if (isShut || ',
    without: 'if (',
    fails: 'is nobody by {"public":true',
  }),
  row(...DESCRIBE, {
    threat: 'house: what is explained is what is decided',
    name: 'who has shown nothing passes only where a rule speaks of them',
    guard: 'const opening = allows.filter(({ root }) => mayOpenToNobody(root));',
    without: 'const opening = allows;',
    fails: 'is nobody by {"policy":{"allow":{"or":[{"http_method":"GET"}]}',
  }),
  row(...DESCRIBE, {
    threat: 'house: what is explained is what is decided',
    name: 'a deny of who has signed in does not shut out who has not',
    guard: 'const nobody = verdict(opening, denies, NOBODY);',
    without: 'const nobody = verdict(opening, denies, SOMEBODY);',
    fails:
      'is some by {"policy":{"allow":{"or":[{"accept":true}]},"deny":{"or":[{"authenticated_user":true}]}}}',
  }),
  row(...DESCRIBE, {
    threat: 'house: what is explained is what is decided',
    name: 'rules that are only watched are not counted among those that decide',
    guard: "const enforced = rules.filter(({ mode }) => mode === 'enforce');",
    without: 'const enforced = rules;',
    fails: 'is not changed by rules that are only watched',
  }),
  row(...DESCRIBE, {
    threat: 'house: a terminal obeys nobody',
    name: 'a condition is printed without what moves a cursor',
    guard: "printable(node.source.replace(/\\s*\\n\\s*/g, ' '))",
    without: "node.source.replace(/\\s*\\n\\s*/g, ' ')",
    fails: 'cannot move a cursor',
  }),
  row(...MATCHER, {
    threat: 'house: what is explained is what is decided',
    name: 'a negation is told as one',
    guard: "return negatedWords(matcher.of);\n    case 'all'",
    without: "return matcherWords(matcher.of);\n    case 'all'",
    fails: 'say what http_method not asks',
  }),
  row(...ROUTES, {
    threat: '10 secrets in messages',
    name: 'an explanation shows no value that a variable brought',
    guard: 'text: locate({ path: [], message: node.text }).message',
    without: 'text: node.text',
    fails: 'show no value that a variable brought',
  }),
  row(...ROUTES, {
    threat: '10 secrets in messages',
    name: 'nor in a block of a rule',
    guard: "if ('of' in node) return { ...node, of: node.of.map((child) => withoutSecrets(child, locate)) };",
    without: "if ('of' in node) return node;",
    fails: 'show no value that a variable brought',
  }),
  row(...LINT, {
    threat: 'house: lint asks nobody to take protection away',
    name: 'a rule that lets in who has shown nothing is not called idle',
    guard: 'if (rule === covering || mayOpenToNobody(rule.root)) return [];',
    without: 'if (rule === covering) return [];',
    fails: 'is not {"anyAuthenticated":true,"corsPreflight":true}',
  }),
  row(...LINT, {
    threat: '14',
    name: 'a deny that names what nobody is called is pointed out',
    guard: '[...checkNobody(rule), ...checkRule(rule, covering)]',
    without: 'checkRule(rule, covering)',
    fails: 'says no team is called "platform"',
  }),
  row(...IMPOSSIBLE, {
    threat: 'house: lint asks nobody to take protection away',
    name: 'a deny that contradicts itself is not called idle, for it denies what cannot be evaluated',
    guard: "speaks ? effect === 'allow' && contradiction(root)",
    without: 'speaks ? contradiction(root)',
    fails: 'is never said of a deny that contradicts itself',
  }),
];
