import { FIELDS } from './fields.ts';

/** What a person looks for among the routes that they can reach. It says what is shown, and never what is allowed. */
export interface RouteFilter {
  /** As it was looked for; empty: everything. */
  readonly text: string;
  /** The same as the query of an address, `?` included; empty where nothing is looked for. */
  readonly query: string;
  readonly isWanted: (route: ListedRoute) => boolean;
}

export interface ListedRoute {
  readonly name: string;
  /** `from` of the route; one for many hosts holds `*`. */
  readonly from: string;
  readonly description?: string;
}

/** Characters: each word is looked for in every route, and an address is as long as its sender likes. */
export const MAX_FILTER = 100;

/** Of the query of a request. Every word has to be in name, address or description, in any case. */
export function readRouteFilter(query: string): RouteFilter {
  const typed = new URLSearchParams(query).getAll(FIELDS.filter).join(' ').trim();
  // No half of a character: it could be written into no address (RFC 3986 section 2.5), and is in no name.
  const text = typed.slice(0, MAX_FILTER).toWellFormed();
  const words = text.toLowerCase().split(/\s+/);
  return {
    text,
    query: text === '' ? '' : `?${new URLSearchParams({ [FIELDS.filter]: text }).toString()}`,
    isWanted: ({ name, from, description = '' }) => {
      const own = `${name}\n${from}\n${description}`.toLowerCase();
      return words.every((word) => own.includes(word));
    },
  };
}
