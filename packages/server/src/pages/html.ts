import { attributeText, visibleText } from './escape.ts';
import { linkTarget } from './link-target.ts';
import { LINKS, readTemplate, TEXT, type Place, type Template } from './template.ts';

/**
 * The one way from text to markup: a template whose every value is escaped for the place that it stands in. It must
 * never take markup from anywhere but the literal parts of a template, which are ours (threat 13). What a value may
 * be is decided by its place: text, an attribute, or an attribute that leads somewhere; any other place is a fault.
 */
export interface Html {
  /** Not to be had outside of this file: nothing that was parsed or received can pass for markup. */
  readonly [MARKUP]: string;
  readonly hasForm: boolean;
}

const MARKUP = Symbol('markup');

export type Value = string | number | Html | readonly Html[] | undefined;

/** Values become text; markup of another template, or a list of it, stays markup. `undefined` is nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Html {
  const template = known(literals);
  let markup = template.literals[0] ?? '';
  let { hasForm } = template;
  for (const [at, value] of values.entries()) {
    markup += written(template.places[at] ?? TEXT, value) + (template.literals[at + 1] ?? '');
    hasForm ||= partsOf(value).some((part) => part.hasForm);
  }
  return { [MARKUP]: markup, hasForm };
}

export function textOf(part: Html): string {
  return part[MARKUP];
}

function written(place: Place, value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') {
    if (place === TEXT) return visibleText(`${value}`);
    return attributeText(LINKS.has(place) ? linkTarget(`${value}`) : `${value}`);
  }
  if (place !== TEXT) throw new TypeError(`no text for the attribute ${place}`);
  return partsOf(value).map(textOf).join('');
}

function partsOf(value: Value): readonly Html[] {
  if (typeof value !== 'object') return [];
  return MARKUP in value ? [value] : value;
}

/** One look at each template is enough: its literals are a constant of the program. */
const templates = new WeakMap<TemplateStringsArray, Template>();

function known(literals: TemplateStringsArray): Template {
  const found = templates.get(literals);
  if (found) return found;
  const read = readTemplate(literals);
  templates.set(literals, read);
  return read;
}
