import { FIELDS } from './fields.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface SignOutModel {
  /** Takes a POST. */
  readonly action: string;
  /** Where to go afterwards; sent along in the field `return_to`. */
  readonly returnTo?: string;
}

/** Asks before it signs out: a link or an image of another site must not do that to anybody. */
export function signOutPage({ action, returnTo }: SignOutModel): Page {
  return layout(
    'Sign out?',
    html`<p>This ends your session here and on every service behind this gateway.</p>
      <form method="post" action="${action}">
        ${returnTo === undefined ? undefined : html`<input type="hidden" name="${FIELDS.returnTo}" value="${returnTo}" />`}
        <p class="actions"><button class="first">Sign out everywhere</button></p>
      </form>`,
  );
}
