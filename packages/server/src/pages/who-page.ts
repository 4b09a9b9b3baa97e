import { actions, facts, MAX_LISTED, moment } from './elements.ts';
import { html, type Html, type Value } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface WhoModel {
  readonly name?: string;
  readonly email?: string;
  readonly login?: string;
  /** `sub` of assertions. */
  readonly user: string;
  readonly organizations: readonly string[];
  readonly groups: readonly string[];
  readonly provider: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly host: string;
  readonly sessionsHref?: string;
  /** Takes a POST. */
  readonly signOutAction?: string;
  readonly routesHref?: string;
}

/** Who the person is to this host, in the words that policies use. */
export function whoPage(model: WhoModel): Page {
  const { name, email, login, user, organizations, groups, provider, expiresAt, host } = model;
  return layout(
    'You are signed in',
    html`<p>This is how <strong>${host}</strong> knows you.</p>
      ${facts([
        ['Name', name],
        ['Email', email],
        ['Login', login],
        ['User', html`<code>${user}</code>`],
        ['Organizations', joined(organizations)],
        ['Groups', joined(groups)],
        ['Signed in with', provider],
        ['Until', moment(expiresAt)],
      ])}
      ${actions([
        ['What you can reach', model.routesHref],
        ['Your sessions', model.sessionsHref],
      ])}
      ${model.signOutAction === undefined ? undefined : signOutForm(model.signOutAction)}`,
  );
}

const signOutForm = (action: string): Html =>
  html`<form method="post" action="${action}">
    <p class="actions"><button>Sign out everywhere</button></p>
  </form>`;

/** Groups of some providers go into the hundreds. */
function joined(names: readonly string[]): Value {
  if (names.length === 0) return 'none';
  const left = names.length - MAX_LISTED;
  const shown = names.slice(0, MAX_LISTED).map((name, at) => html`${at === 0 ? '' : ', '}${name}`);
  return html`${shown}${left > 0 ? ` and ${left} more` : undefined}`;
}
