import type { AnswerName, BodyName } from './schemas.ts';

/**
 * Our OpenAPI 3.1 document: what the lists of operations and endpoints say, with words and schemas beside it. Loaded by
 * the first request for it and never before; it decides nothing, and must never describe what is not there.
 */

/** What a client is shown operations by. */
export const TAGS = {
  User: 'Whoever calls.',
  Organizations: 'Whom everything else belongs to.',
  Members: 'The people of an organization.',
  'Service accounts': 'Machines that no issuer vouches for, and their tokens.',
  Teams: 'Groups of members; tokens can speak as a team.',
  'Agent pools': 'Runners; tokens can speak as one.',
  Issuers: 'Whose identity tokens an organization exchanges.',
  Policies: 'For whom an issuer’s tokens are exchanged, and for what.',
  'Access tokens': 'Made over the API or by exchange; listed and ended.',
  Decisions: 'Every yes and no, with its explanation.',
  Routes: 'What the gateway forwards where.',
  Keys: 'The key rings of the server.',
  OAuth: 'Token exchange (RFC 8693), introspection (RFC 7662), revocation (RFC 7009).',
  Sessions: 'Of people in browsers.',
  'Programmatic access': 'Sessions of people, for the gateway.',
  Metadata: 'What the server says of itself.',
  Probes: 'For whoever keeps the process running.',
} as const;

export type Tag = keyof typeof TAGS;

/** A parameter of the query. */
export interface Parameter {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly required?: true;
}

/** A schema in JSON, a text of this media type, or no body at all. */
export type AnswerBody = AnswerName | 'text/html' | 'text/plain' | null;

/** What follows from the list of operations by itself is not repeated here: who may, and how those who may not are refused. */
export interface Description {
  /** Verb and noun, unique. */
  readonly operationId: string;
  readonly tag: Tag;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly body?: BodyName;
  /** It may be left out, whole. */
  readonly bodyOptional?: true;
  readonly answers: Readonly<Partial<Record<200 | 201 | 204 | 304, AnswerBody>>>;
  /** Answers and takes the version of what it is about: `ETag`, and `If-Match` where it changes that. */
  readonly versioned?: true;
  /** Beside those that {@link Operation} and body entail. */
  readonly refusals?: readonly (400 | 403 | 404 | 409 | 412)[];
}

/** What anybody may ask: its refusals have the shape of its protocol, so all of them are said here. */
export interface EndpointDescription extends Omit<Description, 'refusals' | 'versioned'> {
  readonly method: 'GET' | 'POST';
  /** As in the list of endpoints. */
  readonly path: string;
  /** By a token of the caller's, or not at all. */
  readonly authenticated?: true;
  /** Every one. Bodies are read as JSON and as a form. */
  readonly refusals?: readonly (400 | 401 | 403 | 404 | 413 | 429 | 503)[];
  readonly error?: AnswerName;
  /** It has an `ETag`, and answers 304. */
  readonly cacheable?: true;
}
