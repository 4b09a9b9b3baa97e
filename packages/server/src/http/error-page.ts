import { REFUSALS, type RefusalCode } from '@countersign/core';
import type { Answer } from './message.ts';

/**
 * The page behind `error_uri`: what a refusal code means and what to do about it. Static text from the catalogue; the
 * only thing taken from the request is which of the known codes it names (threat 13: no reflection).
 */
export function errorPage(code: string): Answer | undefined {
  if (!Object.hasOwn(REFUSALS, code)) return undefined;
  const { status, error, description, cause, fix } = REFUSALS[code as RefusalCode];
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${code}</title></head>
<body>
<main>
<h1><code>${code}</code></h1>
<p>${description}</p>
<h2>What happened</h2>
<p>${cause}</p>
<h2>What to do</h2>
<p>${fix}</p>
<p>HTTP ${status}${error === '' ? '' : ` · <code>${error}</code>`}</p>
</main>
</body>
</html>
`;
  return { status: 200, headers: PAGE_HEADERS, body };
}

/** A page that loads nothing, runs nothing and is framed by nobody. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=3600',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
