import { actions, reference } from './elements.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface ProblemModel {
  readonly title: string;
  readonly happened: string;
  readonly todo: string;
  readonly code?: string;
  readonly decisionId?: string;
  /** The way on. Only ever followed by the person: what leads on by itself can lead in a circle. */
  readonly action?: { readonly label: string; readonly href: string };
}

/** Something went wrong on the way: what, and what to do about it. */
export function problemPage({ title, happened, todo, code, decisionId, action }: ProblemModel): Page {
  return layout(
    title,
    html`<p>${happened}</p>
      <h2>What to do</h2>
      <p>${todo}</p>
      ${reference({ code, decisionId })} ${actions(action ? [[action.label, action.href]] : [])}`,
  );
}
