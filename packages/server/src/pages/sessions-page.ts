import { facts, listed, moment } from './elements.ts';
import { FIELDS } from './fields.ts';
import { html, type Html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface ListedSession {
  readonly id: string;
  readonly provider: string;
  /** Moments are seconds since 1970. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly userAgent: string;
  /** The one that asks. */
  readonly current: boolean;
}

export interface SessionsModel {
  readonly sessions: readonly ListedSession[];
  /** Both take a POST; the first with the field `session`. */
  readonly endAction: string;
  readonly endAllAction: string;
}

/** Where a person is signed in, and the end of it. */
export function sessionsPage({ sessions, endAction, endAllAction }: SessionsModel): Page {
  if (sessions.length === 0) return layout('Your sessions', html`<p>You have no session.</p>`);
  return layout(
    'Your sessions',
    html`<p>Each is a browser or a program that is signed in as you. End those that you do not know.</p>
      ${listed(sessions, (session) => entry(session, endAction))}
      <form method="post" action="${endAllAction}">
        <p class="actions"><button>End all sessions, this one too</button></p>
      </form>`,
  );
}

function entry(session: ListedSession, endAction: string): Html {
  const { id, provider, createdAt, lastUsedAt, expiresAt, address, userAgent, current } = session;
  // Ten buttons with one name are one button to whoever does not see what stands beside them.
  const name = current ? 'End this session' : `End the session ${id}`;
  return html`<h2>${userAgent === '' ? 'Unknown program' : userAgent}</h2>
    ${current ? html`<p><strong>This session</strong></p>` : undefined}
    ${facts([
      ['From', address],
      ['Signed in with', provider],
      ['Since', moment(createdAt)],
      ['Last used', lastUsedAt === undefined ? undefined : moment(lastUsedAt)],
      ['Until', moment(expiresAt)],
      ['Id', html`<code>${id}</code>`],
    ])}
    <form method="post" action="${endAction}">
      <input type="hidden" name="${FIELDS.session}" value="${id}" />
      <button aria-label="${name}">End</button>
    </form>`;
}
