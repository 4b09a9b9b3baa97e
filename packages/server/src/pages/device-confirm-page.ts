import { facts, moment } from './elements.ts';
import { DECISIONS, FIELDS } from './fields.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface DeviceConfirmModel {
  /** Takes a POST with the fields `user_code` and `decision`, which is `approve` or `deny`. */
  readonly action: string;
  readonly code: string;
  /** What the program calls itself. */
  readonly client: string;
  /** Where it asked from. */
  readonly address: string;
  /** Seconds since 1970. */
  readonly requestedAt: number;
  readonly organization?: string;
  /** Whom it will speak as. */
  readonly person: string;
}

/**
 * Whether a program may speak as the person. The attack on this flow is somebody else's code, sent with a story
 * (RFC 8628 section 5.4): so the page says first what to compare, and shows where the program asked from.
 */
export function deviceConfirmPage(model: DeviceConfirmModel): Page {
  const { action, code, client, address, requestedAt, organization, person } = model;
  return layout(
    'Let this program in as you?',
    html`<p>Approve only if you have started it yourself and it shows this code:</p>
      <p><code class="code">${code}</code></p>
      <p class="alarm">
        Did somebody send you the code, or a link to this page? Then deny: they want to get in as you.
      </p>
      ${facts([
        ['Calls itself', client],
        ['Asked from', address],
        ['Asked at', moment(requestedAt)],
        ['Organization', organization],
        ['It becomes', person],
      ])}
      <form method="post" action="${action}">
        <input type="hidden" name="${FIELDS.userCode}" value="${code}" />
        <p class="actions">
          <button name="${FIELDS.decision}" value="${DECISIONS.approve}">Approve</button>
          <button name="${FIELDS.decision}" value="${DECISIONS.deny}">Deny</button>
        </p>
      </form>`,
  );
}
