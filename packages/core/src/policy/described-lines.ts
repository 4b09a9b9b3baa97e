import type { DescribedNode } from './describe.ts';
import type { BlockOperator } from './kleene.ts';

const HEADINGS: Readonly<Record<BlockOperator, string>> = {
  and: 'all of these hold',
  or: 'one of these holds',
  not: 'none of these holds',
  nor: 'one of these does not hold',
};

/** Lines of one rule; the rest is counted. */
const MOST_LINES = 200;

/** The conditions of a rule as lines, indented by two spaces a level. */
export function describedLines(node: DescribedNode): readonly string[] {
  const lines = nodeLines(node, 0);
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… and ${more} more lines`] : lines;
}

function nodeLines(node: DescribedNode, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  if (!('op' in node)) return [`${indent}${node.text}`];
  // A block of one that does not negate says no more than what is in it.
  const [only] = node.of;
  const isPlain = node.op === 'and' || node.op === 'or';
  if (isPlain && node.of.length === 1 && only) return nodeLines(only, depth);
  const heading = node.of.length === 1 ? 'this does not hold' : HEADINGS[node.op];
  return [`${indent}${heading}:`, ...node.of.flatMap((child) => nodeLines(child, depth + 1))];
}
