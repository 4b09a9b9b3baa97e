import { headerKey } from './header-key.ts';
import type { HeaderLine } from './model.ts';

/** Headers of one connection, which end at us in both directions (RFC 9110 section 7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A header line with the key of its name: every later question is about the key, so it is made once. */
export interface KeyedLine {
  readonly key: string;
  readonly line: HeaderLine;
}

/**
 * Lines that may go on to the next hop: not those of the connection, not those that `Connection` names. With
 * `Transfer-Encoding` the length is dropped too: it is not the frame, and whoever believes it cuts elsewhere
 * (RFC 9112 section 6.3).
 */
export function endToEndLines(lines: readonly HeaderLine[]): readonly KeyedLine[] {
  const keyed = lines.map((line): KeyedLine => ({ key: headerKey(line[0]), line }));
  const named = namedByConnection(keyed);
  if (keyed.some(({ key }) => key === 'transfer-encoding')) named.add('content-length');
  return keyed.filter(({ key }) => !HOP_BY_HOP.has(key) && !named.has(key));
}

/**
 * Keys that `Connection` names. `Content-Length` is never among them: it frames the body, and a body that goes on
 * without its frame is read as the next request (request smuggling).
 */
function namedByConnection(lines: readonly KeyedLine[]): Set<string> {
  const named = new Set<string>();
  for (const { key, line } of lines) {
    if (key !== 'connection') continue;
    for (const option of line[1].split(',')) named.add(headerKey(option.trim()));
  }
  named.delete('content-length');
  return named;
}

/** What makes a WebSocket of a connection (RFC 6455 section 4); ours, whatever spelling came. */
export const WEBSOCKET_UPGRADE: readonly HeaderLine[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
];

/** RFC 9110 section 5.5 without what no header of ours needs; above U+00FF a writer of Latin-1 would cut `Ċ` to LF. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

declare const looked: unique symbol;

/** Lines each of which is written as one: what goes with every request is looked through once, when it is made. */
export type WritableLines = readonly HeaderLine[] & { readonly [looked]: true };

/** Drops lines that cannot be written as one line: claims hold what a stranger chose (header injection). */
export function writableLines(lines: readonly HeaderLine[]): WritableLines {
  return lines.filter(([, value]) => FIELD_VALUE.test(value)) as readonly HeaderLine[] as WritableLines;
}
