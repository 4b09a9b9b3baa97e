import type { Answer } from '../http/message.ts';

/**
 * Leads a browser on. A 302 for a page that was asked for, a 303 after a change, so that no browser sends the form again.
 * Neither is kept, nor does the next host learn what was in our address (codes and states, RFC 9700 section 4.2.4).
 */
export function leadOn(status: 302 | 303, location: string, cookies: readonly string[] = []): Answer {
  return {
    status,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
    ...(cookies.length > 0 && { cookies }),
  };
}
