import { request, type IncomingHttpHeaders } from 'node:http';

/**
 * A browser without a window: cookies by host, redirects, forms. It does what RFC 6265 and the Fetch standard say where it
 * matters here (host-only cookies, `Max-Age`, `Origin` of a form), and nothing of scripts or styles.
 */
export interface Surfer {
  /** Opens an address as a person does, and follows where it leads, `maxHops` times at most. */
  open(url: string, options?: OpenOptions): Promise<Page>;
  /** One request, whatever it is answered. */
  fetch(url: string, options?: FetchOptions): Promise<Page>;
  /** Sends the first form of a page, or the one with this action, and follows where it leads. */
  submit(page: Page, fields: Readonly<Record<string, string>>, options?: SubmitOptions): Promise<Page>;
  cookies(host: string): ReadonlyMap<string, string>;
  plant(host: string, name: string, value: string): void;
}

export interface OpenOptions {
  readonly maxHops?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops in front of the first address of which this is true. */
  readonly until?: (url: URL) => boolean;
}

export interface SubmitOptions extends Pick<OpenOptions, 'until'> {
  readonly action?: string;
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Addresses that led here, the first asked for first. */
  readonly hops: readonly string[];
}

const MAX_HOPS = 12;

/** `keeps`: whether it stores the cookies of a host. */
export function startSurfing(keeps: (host: string) => boolean = () => true): Surfer {
  const jar = new Map<string, Map<string, string>>();
  const cookiesOf = (host: string): Map<string, string> => {
    const known = jar.get(host) ?? new Map<string, string>();
    jar.set(host, known);
    return known;
  };

  const fetchOnce: Surfer['fetch'] = async (address, { method = 'GET', headers = {}, body } = {}) => {
    const url = new URL(address);
    const own = cookiesOf(url.hostname);
    const cookie = [...own].map(([name, value]) => `${name}=${value}`).join('; ');
    const page = await send(url, method, { ...(cookie !== '' && { cookie }), ...headers }, body);
    if (keeps(url.hostname)) for (const line of page.headers['set-cookie'] ?? []) store(own, line);
    return page;
  };

  const follow = async (first: Page, { maxHops = MAX_HOPS, headers, until }: OpenOptions): Promise<Page> => {
    let page = first;
    const hops = [...first.hops];
    while (page.headers.location !== undefined && page.status >= 300 && page.status < 400) {
      const next = new URL(page.headers.location, page.url);
      if (until?.(next)) return { ...page, hops, url: next };
      hops.push(next.href);
      if (hops.length > maxHops) throw new Error(`it goes round: ${hops.join('\n')}`);
      page = await fetchOnce(next.href, { headers: { ...NAVIGATION, ...headers } });
    }
    return { ...page, hops };
  };

  return {
    fetch: fetchOnce,
    open: async (url, options = {}) =>
      follow(await fetchOnce(url, { headers: { ...NAVIGATION, ...options.headers } }), options),
    submit: async (page, fields, { action, ...options } = {}) => {
      const form = formOf(page, action);
      const body = new URLSearchParams({ ...form.hidden, ...fields }).toString();
      const headers = {
        ...NAVIGATION,
        origin: page.url.origin,
        'content-type': 'application/x-www-form-urlencoded',
      };
      const target = new URL(form.action, page.url).href;
      return follow(await fetchOnce(target, { method: 'POST', headers, body }), options);
    },
    cookies: cookiesOf,
    plant: (host, name, value) => void cookiesOf(host).set(name, value),
  };
}

const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };

/** RFC 6265 section 5.2, as far as cookies are set in our tests. */
function store(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  const maxAge = attributes.find((one) => /^max-age=/i.test(one))?.slice('max-age='.length);
  const expires = attributes.find((one) => /^expires=/i.test(one))?.slice('expires='.length);
  const isGone =
    maxAge === undefined ? expires !== undefined && Date.parse(expires) < Date.now() : Number(maxAge) <= 0;
  if (isGone) cookies.delete(name);
  else cookies.set(name, pair.slice(at + 1));
}

function send(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<Page> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: url.port === '' ? 80 : Number(url.port),
        method,
        path: url.pathname + url.search,
        headers: { host: url.host, ...headers, ...length },
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            url,
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
            hops: [url.href],
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

interface Form {
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
}

function formOf({ text, url }: Page, wanted?: string): Form {
  for (const [, attributes = '', content = ''] of text.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const action = attributeOf(attributes, 'action') ?? url.href;
    if (wanted !== undefined && action !== wanted) continue;
    const inputs = [...content.matchAll(/<input([^>]*)>/g)].map(([, one = '']) => one);
    const hidden = inputs.flatMap((one) =>
      attributeOf(one, 'type') === 'hidden'
        ? [[attributeOf(one, 'name') ?? '', attributeOf(one, 'value') ?? ''] as const]
        : [],
    );
    return { action, hidden: Object.fromEntries(hidden) };
  }
  throw new Error(`the page at ${url.href} has no such form: ${text.slice(0, 500)}`);
}

function attributeOf(attributes: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
  return value?.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
