import type { Answer } from '../http/message.ts';
import { textOf } from './html.ts';
import type { Page } from './layout.ts';
import { STYLE_SOURCE } from './style.ts';

export type { Page } from './layout.ts';

/**
 * From a page to an answer: the one place that says what a page may do in a browser, which is to show itself and to
 * send its form. It must never let a caller loosen that: the headers below win over those that come in.
 *
 * Forms carry no token against CSRF: every change is a POST, and whoever takes it compares `Origin` (RFC 6454
 * section 7) with its own before it looks at anything else.
 */
export interface PageOptions {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  /** Further origins that a form of this page may lead to: browsers hold a redirect after the POST to it too. */
  readonly formOrigins?: readonly string[];
}

export function pageAnswer({ document }: Page, options: PageOptions): Answer {
  const { status, headers, cookies, formOrigins = [] } = options;
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentPolicy(document.hasForm ? formOrigins : undefined),
      // Under no-referrer the Origin of a form is `null` (Fetch section 3.2.5), which says nothing to whoever compares
      // it. A page with a form tells its own host, and nobody else, where it was.
      'referrer-policy': document.hasForm ? 'same-origin' : 'no-referrer',
      'x-frame-options': 'DENY',
    },
    body: textOf(document),
    ...(cookies && { cookies }),
  };
}

/** `formOrigins` is undefined where there is no form to send. */
function contentPolicy(formOrigins: readonly string[] | undefined): string {
  const forms = formOrigins ? ["'self'", ...formOrigins.filter(isOrigin)].join(' ') : "'none'";
  return [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    `form-action ${forms}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Whatever else came here would end the directive, or widen it: a form that leads nowhere is the better fault. */
function isOrigin(origin: string): boolean {
  return /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(origin);
}
