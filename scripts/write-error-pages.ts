import { mkdir, writeFile } from 'node:fs/promises';
import { REFUSALS, type RefusalCode } from '@countersign/core';

/**
 * Writes `docs/errors/` from the one list of refusals in core: a page a code and an index. A test compares what is
 * committed with what this would write, so the pages cannot drift.
 */

/** File name → text of everything below `docs/errors/`. */
export function errorPages(): ReadonlyMap<string, string> {
  const codes = Object.keys(REFUSALS).sort() as RefusalCode[];
  const pages = new Map(codes.map((code) => [`${code}.md`, page(code)]));
  return pages.set('README.md', index(codes));
}

function page(code: RefusalCode): string {
  const { status, error, description, retryable, cause, fix } = REFUSALS[code];
  return `# ${code}

> ${description}

| | |
|---|---|
| HTTP | ${status} |
| \`error\` | ${error === '' ? 'none' : `\`${error}\``} |
| may succeed when repeated | ${retryable ? 'yes' : 'no'} |

**What happened.** ${cause}

**What to do.** ${fix}

Every refusal carries a \`decision_id\`; an administrator reads everything about it with \`countersign explain ID\`.
`;
}

function index(codes: readonly RefusalCode[]): string {
  const rows = codes.map((code) => {
    const { status, description } = REFUSALS[code];
    return `| [${code}](${code}.md) | ${status} | ${description} |`;
  });
  return `# Refusals

Every refusal of the product, generated from the list in \`packages/core/src/refusal-code.ts\`. A code is stable; its
text is all that a caller is told. The status is that of the token endpoint and of the gateway: at the gateway a policy
refusal is 403, and \`/api/v1/token\` answers 401 for every fault of the token.

| code | HTTP | says |
|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) {
  const folder = new URL('../docs/errors/', import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of errorPages()) await writeFile(new URL(name, folder), text);
}
