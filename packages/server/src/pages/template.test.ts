import { describe, expect, it } from 'vitest';
import { readTemplate } from './template.ts';

describe('readTemplate', () => {
  it('says where each value stands', () => {
    const { places } = readTemplate(['<p>', '<a href="', '" aria-label="End ', '">', '</a></p>']);
    expect(places).toEqual(['', 'href', 'aria-label', '']);
  });

  it('is not misled by text that looks like an attribute', () => {
    expect(readTemplate(['<p>x href="', '</p>']).places).toEqual(['']);
  });

  it('leaves indentation to the source', () => {
    expect(readTemplate(['<p>\n      a b\n  ', '</p>']).literals).toEqual(['<p>\na b\n', '</p>']);
  });

  it.each<[string, readonly string[]]>([
    ['a value in a tag', ['<p ', '></p>']],
    ['a value without quotes', ['<input value=', '>']],
    ['a value in single quotes', ["<input value='", "'>"]],
    ['a value that runs', ['<p onclick="', '"></p>']],
    ['a value that is a style', ['<p style="', '"></p>']],
    ['a value that is loaded', ['<img src="', '">']],
    ['a value in a style sheet', ['<style>p{color:', '}</style>']],
    ['a value in a script', ['<script>', '</script>']],
    ['a script', ['<script>alert(1)</script>']],
    ['a comment', ['<!-- ', ' -->']],
    ['a value for an element', ['<', '></p>']],
    ['the end of a link', ['<a href="/', '">x</a>']],
    ['the beginning of a link', ['<a href="', '/x">x</a>']],
    ['a tag that does not end', ['<p class="a', '']],
    ['an angle bracket in an attribute', ['<p class=">', '"></p>']],
  ])('takes no template with %s', (_what, literals) => {
    expect(() => readTemplate(literals)).toThrow(TypeError);
  });
});
