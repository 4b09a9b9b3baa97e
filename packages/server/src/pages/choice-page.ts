import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface ChoiceModel {
  /** The host that the person is on their way to. */
  readonly host?: string;
  readonly providers: readonly { readonly name: string; readonly href: string }[];
}

/** Several identity providers would do: the person says which. */
export function choicePage({ host, providers }: ChoiceModel): Page {
  const choices = providers.map(
    ({ name, href }) => html`<li><a class="button" href="${href}">Sign in with ${name}</a></li> `,
  );
  return layout(
    'Sign in',
    html`<p>
        Choose where you have an
        account${host === undefined ? '.' : html` to go on to <strong>${host}</strong>.`}
      </p>
      <ul class="choices">
        ${choices}
      </ul>`,
  );
}
