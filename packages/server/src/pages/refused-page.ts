import { actions, reference } from './elements.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface RefusedModel {
  readonly status: number;
  readonly title: string;
  readonly description: string;
  readonly code: string;
  readonly decisionId: string;
  /** Of the page that asks before it signs out. */
  readonly signOut?: string;
  readonly signIn?: string;
}

/** The gateway refused a request, and a person is looking at the answer. */
export function refusedPage({
  status,
  title,
  description,
  code,
  decisionId,
  signOut,
  signIn,
}: RefusedModel): Page {
  return layout(
    title,
    html`<p>${description}</p>
      ${reference({ status, code, decisionId })}
      ${actions([
        ['Sign in', signIn],
        ['Sign in as somebody else', signOut],
      ])}`,
  );
}
