import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageAnswer } from './page.ts';
import { samplePages } from './testing/sample-pages.ts';

const bodies = (say?: (text: string) => string): [string, string][] =>
  [...samplePages(say)].map(([name, page]) => [name, pageAnswer(page, { status: 200 }).body]);

/** The tags of a page, without what stands in their quotes. */
const tagsOf = (body: string): string[] =>
  (body.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));

const VOID = new Set(['!doctype', 'meta', 'input']);

/** What is still open at the end, or was closed out of turn. */
function unbalanced(body: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = ''] of body.matchAll(/<(\/?)([a-z0-9!]+)/g)) {
    if (VOID.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}

describe.each(bodies())('the page %s', (_name, body) => {
  it('is a whole document in a language, with a title and one heading of the first level', () => {
    expect(body).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(unbalanced(body)).toEqual([]);
    expect(body).toMatch(/<title>.+ · Countersign<\/title>/);
    for (const once of ['<h1>', '<main>', '<header>']) expect(body.split(once)).toHaveLength(2);
  });

  it('runs nothing, and loads nothing', () => {
    expect(body).not.toMatch(
      /<(?!\/)(?:script|link|img|iframe|object|embed|base|audio|video)|src=|style=|\son[a-z]+=/i,
    );
  });

  it('sends its forms by POST, but for a search, which changes nothing', () => {
    expect(body).not.toMatch(/<form (?!method="post" |method="get" role="search" )/);
    const [, search = ''] = /role="search"([^]*?)<\/form>/.exec(body) ?? [];
    expect(search.match(/name="[^"]*"/g) ?? []).toEqual(search === '' ? [] : ['name="q"']);
  });
});

describe('whatever a model says', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('<', '>', '"', "'", '&', '/', '<script>', '</main>', ' onload="x" '),
        fc.string({ unit: 'binary', maxLength: 6 }),
      ),
      { minLength: 1, maxLength: 12 },
    )
    // A wildcard is shown as an address that cannot be followed, on purpose.
    .map((pieces) => `x${pieces.join('').replaceAll('*', '')}`);

  it('its pages keep their shape', () => {
    const shapes = new Map(bodies().map(([name, body]) => [name, tagsOf(body)]));
    fc.assert(
      fc.property(hostile, (text) => {
        for (const [name, body] of bodies(() => text)) expect(tagsOf(body)).toEqual(shapes.get(name));
      }),
      { numRuns: 50 },
    );
  });

  it('no link of its pages leads anywhere but to http, https or the same host', () => {
    for (const url of ['javascript:alert(1)', '//evil.example/', '/\\evil.example/', 'data:text/html,x']) {
      for (const [, body] of bodies(() => url)) {
        expect(body).not.toMatch(/(?:href|action)="(?!about:invalid")/);
      }
    }
  });
});
