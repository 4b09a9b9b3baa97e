/**
 * The page that a person sees when the gateway refuses. Static text of ours: no script, no style, no link, nothing
 * that came with the request, so that there is nothing to inject into (threat 13).
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** All four come from our own catalogue and id generator; none of them holds a character that HTML gives a meaning. */
export function htmlPage(title: string, detail: string, code: string, decisionId: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"></head>
<body>
<main>
<h1>${title}</h1>
<p>${detail}</p>
<p>Code <code>${code}</code>, decision <code>${decisionId}</code>. An administrator finds out more with the decision id.</p>
</main>
</body>
</html>
`;
}
