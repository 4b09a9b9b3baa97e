import { hash } from 'node:crypto';
import { html, textOf } from './html.ts';

/**
 * The whole look, in one element that the policy of content names by its hash: nothing else can style a page of ours.
 * Light and dark by what the browser prefers; colours in pairs of at least 4.5 to 1, 3 to 1 for outlines (WCAG 2.2,
 * 1.4.3 and 1.4.11). Only relative lengths, so that 320 pixels and 400 per cent are the same page (1.4.10).
 */
export const STYLE = html`<style>
  :root {
    color-scheme: light dark;
    --ground: #f3f4f6;
    --sheet: #fff;
    --ink: #1b1f24;
    --quiet: #57606a;
    --line: #d0d7de;
    --edge: #6e7781;
    --accent: #1f5fbf;
    --on-accent: #fff;
    --alarm: #a4161a;
    --mark: #eaeef2;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #0f1317;
      --sheet: #171c22;
      --ink: #e8ebee;
      --quiet: #a3acb6;
      --line: #343c45;
      --edge: #8b949e;
      --accent: #86b7ff;
      --on-accent: #0d1a2b;
      --alarm: #ff9a94;
      --mark: #252c34;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
    padding: 1rem;
    background: var(--ground);
    color: var(--ink);
    font:
      1rem/1.5 system-ui,
      sans-serif;
    overflow-wrap: anywhere;
  }
  header,
  main {
    max-width: 36rem;
    margin: 0 auto;
  }
  header {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    margin-top: 4vh;
    margin-bottom: 1rem;
    color: var(--quiet);
    font-weight: 600;
  }
  header p {
    margin: 0;
  }
  svg {
    width: 1.5rem;
    height: 1.5rem;
    flex: none;
    fill: none;
    stroke: var(--accent);
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  main {
    padding: 1.5rem;
    background: var(--sheet);
    border: 1px solid var(--line);
    border-radius: 0.5rem;
  }
  h1 {
    margin: 0 0 1rem;
    font-size: 1.5rem;
    line-height: 1.25;
  }
  h2 {
    margin: 1.5rem 0 0.25rem;
    font-size: 1.0625rem;
  }
  p {
    margin: 0.5rem 0;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.2em;
  }
  code {
    padding: 0.1em 0.3em;
    border-radius: 0.25rem;
    background: var(--mark);
    font:
      0.9375em/1.4 ui-monospace,
      monospace;
  }
  dl {
    display: grid;
    grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr);
    gap: 0.25rem 1rem;
    margin: 1rem 0;
  }
  dt {
    color: var(--quiet);
  }
  dd {
    margin: 0;
  }
  ul {
    margin: 1rem 0;
    padding: 0;
    list-style: none;
  }
  li {
    padding: 1rem 0;
    border-top: 1px solid var(--line);
  }
  li > :first-child,
  form > :first-child {
    margin-top: 0;
  }
  li > :last-child,
  main > :last-child {
    margin-bottom: 0;
  }
  label {
    display: block;
    font-weight: 600;
  }
  input,
  button,
  .button {
    min-height: 2.75rem;
    padding: 0.5rem 1rem;
    border: 1px solid var(--edge);
    border-radius: 0.375rem;
    background: var(--sheet);
    color: var(--ink);
    font: inherit;
  }
  input {
    display: block;
    width: 100%;
    margin: 0.25rem 0 1rem;
  }
  input[name='user_code'] {
    font-family: ui-monospace, monospace;
    font-size: 1.25rem;
    letter-spacing: 0.1em;
    text-transform: uppercase;
  }
  input[aria-invalid='true'] {
    border-color: var(--alarm);
  }
  button {
    cursor: pointer;
    font-weight: 600;
  }
  .button {
    display: block;
    font-weight: 600;
    text-decoration: none;
  }
  .first {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    margin-top: 1.5rem;
  }
  .choices li {
    padding: 0.375rem 0;
    border: 0;
  }
  .code {
    font-size: 1.75rem;
    letter-spacing: 0.1em;
  }
  .quiet {
    color: var(--quiet);
  }
  .alarm {
    color: var(--alarm);
    font-weight: 600;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  @media (max-width: 30rem) {
    main {
      padding: 1rem;
    }
    dl {
      display: block;
    }
    dd {
      margin-bottom: 0.5rem;
    }
  }
</style>`;

/** As a source of `style-src` (CSP 3 section 2.3.1): the text between the tags, as it is. */
export const STYLE_SOURCE = `'sha256-${hash('sha256', textOf(STYLE).slice('<style>'.length, -'</style>'.length), 'base64')}'`;
