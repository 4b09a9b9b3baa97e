import { schemaReference, type AnswerName } from './schemas.ts';
import type { AnswerBody } from './model.ts';

/** Answers as the document has them: those of success one by one, refusals of the API once for all. */

type Node = Readonly<Record<string, unknown>>;

const SUCCESS: Readonly<Record<string, string>> = {
  200: 'As asked.',
  201: 'Created.',
  204: 'Done; there is nothing to say.',
  304: 'What If-None-Match names is what there is.',
};

const header = (description: string): Node => ({ description, schema: { type: 'string' } });

const ETAG = header('The version, in quotes.');

const WARNING = header('What lint finds to say about what was written; existing clients print it.');

const REFUSALS: Readonly<
  Record<string, { readonly name: string; readonly description: string; readonly headers?: Node }>
> = {
  400: { name: 'Invalid', description: 'The message names the member or parameter that is wrong.' },
  401: {
    name: 'Unauthenticated',
    description: 'No credential, or none that is good here.',
    headers: { 'WWW-Authenticate': header('RFC 6750 section 3.') },
  },
  403: {
    name: 'Forbidden',
    description:
      'The caller may not do this, or belongs to another organization, or there is no such organization.',
  },
  404: { name: 'Absent', description: 'There is none.' },
  409: { name: 'Conflict', description: 'The name is taken, or the configuration file owns it.' },
  412: { name: 'Outdated', description: 'If-Match names another version than there is.' },
  413: { name: 'TooLarge', description: 'The body is larger than is read.' },
  429: {
    name: 'Limited',
    description: 'Too many failed requests from this address.',
    headers: { 'Retry-After': header('Seconds.') },
  },
  503: {
    name: 'Unavailable',
    description: 'Storage, or the issuer of the token, does not answer; nothing was done.',
    headers: { 'Retry-After': header('Seconds.') },
  },
};

export function success(
  status: string,
  body: AnswerBody,
  headers: 'etag' | 'etag and warning' | 'none',
): Node {
  return {
    description: SUCCESS[status] ?? '',
    ...(headers === 'none'
      ? {}
      : { headers: { ETag: ETAG, ...(headers === 'etag' ? {} : { 'X-Pulumi-Warning': WARNING }) } }),
    ...(body === null ? {} : { content: contentOf(body) }),
  };
}

function contentOf(body: Exclude<AnswerBody, null>): Node {
  if (body === 'text/html' || body === 'text/plain') return { [body]: { schema: { type: 'string' } } };
  return { 'application/json': { schema: schemaReference(body) } };
}

/** A refusal of the management API: the same for all operations. */
export function sharedRefusal(status: number): Node {
  return { $ref: `#/components/responses/${REFUSALS[status]?.name ?? ''}` };
}

/** A refusal in the shape of a protocol. */
export function refusal(status: number, error: AnswerName): Node {
  const { description, headers } = REFUSALS[status] ?? { description: '' };
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: contentOf(error),
  };
}

/** For `components.responses`. */
export function componentResponses(): Node {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, { name }]) => [name, refusal(Number(status), 'Error')]),
  );
}
