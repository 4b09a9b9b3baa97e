/** The literal parts of a template, and where each of its values stands. A fault in them is ours, and throws. */
export interface Template {
  readonly literals: readonly string[];
  /** One for each value. */
  readonly places: readonly Place[];
  readonly hasForm: boolean;
}

/** The name of an attribute, or `TEXT` between tags. */
export type Place = string;
export const TEXT: Place = '';

/** Attributes whose value leads somewhere. */
export const LINKS: ReadonlySet<Place> = new Set(['href', 'action']);

/** All that may hold a value. None of them is a program or a style, and none is followed without a click. */
const ATTRIBUTES: ReadonlySet<Place> = new Set([
  ...LINKS,
  'aria-invalid',
  'aria-label',
  'datetime',
  'name',
  'value',
]);

export function readTemplate(written: readonly string[]): Template {
  // Indentation is for those who read the source.
  const literals = written.map((literal) => literal.replace(/\n\s+/g, '\n'));
  if (!WHOLE.test(literals.join('x'))) throw new TypeError(`not whole markup: ${literals.join('…')}`);
  const places = literals
    .slice(1)
    .map((after, at) => placeBetween(literals.slice(0, at + 1).join('x'), after));
  return { literals, places, hasForm: literals.some((literal) => literal.includes('<form')) };
}

/**
 * What a template may look like: text and whole tags, attributes in double quotes. No comment, no script, and no
 * angle bracket in an attribute, so that where a value stands can be read off the text before it.
 */
const WHOLE =
  /^(?:[^<]|<!doctype html>|<\/[a-z][a-z0-9]*>|<(?!script)[a-z][a-z0-9]*(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*\/?>)*$/;

function placeBetween(before: string, after: string): Place {
  const tag = before.slice(before.lastIndexOf('<'));
  if (!tag.startsWith('<') || tag.includes('>')) {
    if (tag.startsWith('<style')) throw new TypeError('a value in a style sheet');
    return TEXT;
  }
  const attribute = /\s([a-z-]+)="[^"]*$/.exec(tag)?.[1] ?? '';
  if (!ATTRIBUTES.has(attribute)) throw new TypeError(`a value in ${tag}`);
  const isWhole = tag.endsWith('="') && after.startsWith('"');
  if (LINKS.has(attribute) && !isWhole) throw new TypeError(`a part of a link in ${tag}`);
  return attribute;
}
