import { html, type Html, type Value } from './html.ts';
import { STYLE } from './style.ts';

/** A whole document, ready to be an answer. It has no script, and loads nothing. */
export interface Page {
  readonly document: Html;
}

/** What every page has: a language, a title, the mark of the product, one heading of the first level in `main`. */
export function layout(title: string, main: Value): Page {
  return {
    document: html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · Countersign</title>
          ${STYLE}
        </head>
        <body>
          <header>
            ${MARK}
            <p>Countersign</p>
          </header>
          <main>
            <h1>${title}</h1>
            ${main}
          </main>
        </body>
      </html> `,
  };
}

/** Two strokes under one line: what was signed, and signed again. */
const MARK = html`<svg viewbox="0 0 24 24" aria-hidden="true">
  <path d="M3 11l4 4 7-9"></path>
  <path d="M11 13l2 2 7-9"></path>
  <path d="M3 20h18"></path>
</svg>`;
