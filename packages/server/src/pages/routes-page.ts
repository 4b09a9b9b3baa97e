import { listed } from './elements.ts';
import { html, type Html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface ListedRoute {
  readonly name: string;
  /** `from` of the route; one for many hosts holds `*`. */
  readonly from: string;
  readonly description?: string;
}

/** What a person can reach. */
export function routesPage({ routes }: { readonly routes: readonly ListedRoute[] }): Page {
  return layout(
    'What you can reach',
    routes.length === 0
      ? html`<p>There is no service here that you can reach. An administrator decides who can.</p>`
      : listed(routes, entry),
  );
}

function entry({ name, from, description }: ListedRoute): Html {
  // A wildcard is no address.
  const address = from.includes('*') ? html`<code>${from}</code>` : html`<a href="${from}">${from}</a>`;
  return html`<h2>${name}</h2>
    <p>${address}</p>
    ${description === undefined ? undefined : html`<p>${description}</p>`}`;
}
