import { html, type Html, type Value } from './html.ts';

/** The few parts that several pages are made of. */

/** A moment, in seconds since 1970, in UTC: the one zone that a person and an administrator elsewhere both read alike. */
export function moment(seconds: number): Html {
  const date = new Date(seconds * 1000);
  // Beyond what a Date can be. A page with a hole is better than none.
  if (Number.isNaN(date.getTime())) return html`unknown`;
  const iso = date.toISOString().replace('.000Z', 'Z');
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** Pairs of a word and what it is; those without a value are left out. */
export function facts(pairs: readonly (readonly [string, Value])[]): Html {
  const given = pairs.filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return html``;
  // `bdi`: what others have written reads in its own direction and leaves that of its neighbours alone.
  return html`<dl>
    ${given.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd><bdi>${value}</bdi></dd> `,
    )}
  </dl>`;
}

interface Reference {
  readonly status?: number;
  readonly code?: string | undefined;
  readonly decisionId?: string | undefined;
}

/** Said of a refusal wherever there is one: what to look it up by, and who can. */
export function reference({ status, code, decisionId }: Reference): Html {
  const pairs = facts([
    ['Status', status],
    ['Code', code === undefined ? undefined : html`<code>${code}</code>`],
    ['Decision', decisionId === undefined ? undefined : html`<code>${decisionId}</code>`],
  ]);
  if (decisionId === undefined) return pairs;
  return html`${pairs}
    <p class="quiet">An administrator finds out more with the decision id.</p>`;
}

/** Links below what is said, as buttons look. Those that lead nowhere are left out. */
export function actions(links: readonly (readonly [string, string | undefined])[]): Html {
  const given = links.flatMap(([label, href]) =>
    href === undefined ? [] : [html`<a class="button" href="${href}">${label}</a>`],
  );
  return given.length === 0 ? html`` : html`<p class="actions">${given}</p>`;
}

/** As many of a list as a page shows, and a line about the rest. */
export function listed<Item>(items: readonly Item[], item: (item: Item) => Html): Html {
  const left = items.length - MAX_LISTED;
  return html`<ul>
      ${items.slice(0, MAX_LISTED).map((each) => html`<li>${item(each)}</li> `)}
    </ul>
    ${left > 0 ? html`<p class="quiet">${left} more are not shown.</p>` : undefined}`;
}

export const MAX_LISTED = 200;
