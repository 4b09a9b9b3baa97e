import { listed } from './elements.ts';
import { FIELDS } from './fields.ts';
import { html, type Html } from './html.ts';
import { layout, type Page } from './layout.ts';
import type { ListedRoute } from './route-filter.ts';

export interface RoutesModel {
  readonly routes: readonly ListedRoute[];
  /** Where this page is: the filter is a GET of it. */
  readonly action: string;
  /** What the routes were looked through for; absent or empty: they are all. */
  readonly filter?: string;
}

/** Fewer than these are found by looking. */
const FILTER_FROM = 10;

/** What a person can reach. */
export function routesPage({ routes, action, filter = '' }: RoutesModel): Page {
  const isLong = routes.length >= FILTER_FROM || filter !== '';
  return layout(
    'What you can reach',
    html`${isLong ? filterForm(action, filter) : undefined}
    ${routes.length === 0 ? nothing(action, filter) : listed(routes, entry)}`,
  );
}

/** Nothing is changed by it, so it is a GET: the address can be kept, and needs no script. */
function filterForm(action: string, filter: string): Html {
  return html`<form method="get" role="search" action="${action}">
    <label for="filter">Find a service by name, address or description</label>
    <input
      id="filter"
      type="search"
      name="${FIELDS.filter}"
      value="${filter}"
      autocomplete="off"
      spellcheck="false"
      maxlength="100"
    />
    <button>Find</button>
  </form>`;
}

function nothing(action: string, filter: string): Html {
  if (filter === '')
    return html`<p>There is no service here that you can reach. An administrator decides who can.</p>`;
  return html`<p>No service that you can reach has all of these words.</p>
    <p><a href="${action}">Show all that you can reach</a></p>`;
}

function entry({ name, from, description }: ListedRoute): Html {
  // A wildcard is no address.
  const address = from.includes('*') ? html`<code>${from}</code>` : html`<a href="${from}">${from}</a>`;
  return html`<h2>${name}</h2>
    <p>${address}</p>
    ${description === undefined ? undefined : html`<p>${description}</p>`}`;
}
