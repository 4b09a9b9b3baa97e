import { facts } from './elements.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface ErrorCodeModel {
  readonly code: string;
  readonly description: string;
  readonly cause: string;
  readonly fix: string;
  readonly status: number;
  /** The error of OAuth, empty where there is none. */
  readonly error: string;
}

/** What a refusal code means: the page behind `error_uri`. */
export function errorCodePage({ code, description, cause, fix, status, error }: ErrorCodeModel): Page {
  return layout(
    code,
    html`<p>${description}</p>
      <h2>What happened</h2>
      <p>${cause}</p>
      <h2>What to do</h2>
      <p>${fix}</p>
      ${facts([
        ['HTTP status', status],
        ['OAuth error', error === '' ? undefined : html`<code>${error}</code>`],
      ])}`,
  );
}
