/**
 * Where a link or a form of ours may lead: `http:`, `https:`, or a path of the host that it stands on. Everything else
 * leads nowhere, first of all `javascript:`. Printable ASCII without a backslash only, since browsers drop tabs and
 * line ends from a URL and read `\` as `/` (WHATWG URL section 4.4): `/\evil.example` is another host.
 */
export function linkTarget(url: string): string {
  return LINK_TARGET.test(url) ? url : NOWHERE;
}

const LINK_TARGET = /^(?:https?:\/\/|\/(?![/\\]))[!-[\]-~]*$/i;

/** CSS and URL specifications reserve it: it never resolves to anything. */
const NOWHERE = 'about:invalid';
