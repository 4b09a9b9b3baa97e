import {
  parseClaimPath,
  printClaimPath,
  type ClaimPath,
  type CompiledPolicy,
  type Route,
} from '@countersign/core';

/**
 * Which claims of a subject token are read after the exchange: by policies of routes, and by headers and assertions
 * that repeat them. Everything else need not be kept for every token. A path that were missing here would change what
 * a route decides, so whatever cannot be told is kept whole.
 */
export function claimPathsOf(
  routes: readonly Pick<Route, 'policy' | 'claimHeaders'>[],
): readonly ClaimPath[] {
  const found = new Map<string, ClaimPath>();
  for (const { policy, claimHeaders } of routes) {
    const headers = claimHeaders.flatMap(({ claim }) => {
      const path = parseClaimPath(claim);
      return path.ok ? [path.value] : [];
    });
    for (const path of [...headers, ...policy.rules.flatMap(({ root }) => readBy(root))]) {
      found.set(printClaimPath(path), path);
    }
  }
  return [...found.values()];
}

/** The empty path: the claims as a whole. */
const EVERYTHING: ClaimPath = [];

function readBy(node: CompiledPolicy['rules'][number]['root']): readonly ClaimPath[] {
  switch (node.op) {
    case 'constant':
      return [];
    case 'test':
      return node.subject.root === 'claims' ? [node.subject.path] : [];
    case 'condition':
      return [EVERYTHING];
    case 'and':
    case 'or':
    case 'not':
    case 'nor':
      return node.of.flatMap(readBy);
  }
}
