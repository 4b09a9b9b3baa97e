import { REPEATED, type Answer, type ServiceRequest } from './message.ts';

/**
 * Which pages may read an answer (Fetch standard, "CORS protocol"). What everybody may know, every page may read; what
 * a token opens, only pages of the origins that the file lists, each compared whole. It must never allow credentials:
 * nothing here is opened by a cookie, and a page that shows a token has it already.
 */
export type Readers = 'every page' | 'listed origins' | 'no page';

/** By whom the answers of a path of the service host may be read. */
export function readersOf(path: string): Readers {
  if (path.startsWith('/.well-known/') || DESCRIPTIONS.has(path)) return 'every page';
  return path.startsWith('/api/') ? 'listed origins' : 'no page';
}

/** What describes the API, to anybody. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(['/openapi.json', '/api/openapi/pulumi-spec.json']);

/** Seconds for which a browser need not ask again. */
const MAX_AGE = '600';

/** The answer to a preflight request; `undefined` when it is none, or the page may read nothing. */
export function preflightAnswer(
  request: ServiceRequest,
  readers: Readers,
  listed: ReadonlySet<string>,
): Answer | undefined {
  const isPreflight =
    request.method === 'OPTIONS' && typeof request.header('access-control-request-method') === 'string';
  const origin = allowedOrigin(request, readers, listed);
  if (!isPreflight || origin === undefined) return undefined;
  const methods = readers === 'every page' ? 'GET, HEAD' : 'GET, HEAD, POST, PATCH, DELETE';
  return {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match',
      'access-control-max-age': MAX_AGE,
      ...varyOf(readers, listed),
    },
    body: '',
  };
}

/** The answer with what a browser has to know before it hands it to a page. */
export function readableAnswer(
  answer: Answer,
  request: ServiceRequest,
  readers: Readers,
  listed: ReadonlySet<string>,
): Answer {
  const origin = allowedOrigin(request, readers, listed);
  const vary = varyOf(readers, listed);
  if (origin === undefined && vary === undefined) return answer;
  const allowed = origin === undefined ? {} : { 'access-control-allow-origin': origin, ...EXPOSED };
  return { ...answer, headers: { ...answer.headers, ...allowed, ...vary } };
}

/** Headers that programs read; the others a page sees anyway, or has no use for. */
const EXPOSED = { 'access-control-expose-headers': 'etag, retry-after, www-authenticate, x-pulumi-warning' };

function allowedOrigin(
  request: ServiceRequest,
  readers: Readers,
  listed: ReadonlySet<string>,
): string | undefined {
  // Said to everybody, so that whoever keeps a copy may show it to a page.
  if (readers === 'every page') return '*';
  const origin = request.header('origin');
  if (readers === 'no page' || origin === undefined || origin === REPEATED) return undefined;
  return listed.has(origin) ? origin : undefined;
}

/** Also of an answer to nobody's page: a cache must not give it to one that may read it, nor the other way round. */
function varyOf(readers: Readers, listed: ReadonlySet<string>): { readonly vary: string } | undefined {
  return readers === 'listed origins' && listed.size > 0 ? { vary: 'Origin' } : undefined;
}
