import { REFUSALS, type HeaderLine, type RefusalCode } from '@countersign/core';
import type { Answer } from '../http/message.ts';
import type { BegunSignIn } from '../sessions/begin-sign-in.ts';
import { audienceOf, type Audience } from '../http/accept.ts';
import { refusalPage } from './refusal-page.ts';

/**
 * How a refusal of the gateway reads on the wire: a pure rendering of a code. Every word comes from the catalogue of
 * core; nothing of the request, of claims or of policies is ever repeated in it, except to whom the realm belongs.
 *
 * `type` of the problem document (RFC 9457 section 3.1.1) is `urn:countersign:error:CODE`: an identifier, not a link,
 * because a gateway cannot know where the documentation of its installation is served.
 */
export interface Refused {
  readonly code: RefusalCode;
  readonly decisionId: string;
  /** Of the trace that the request belongs to. */
  readonly traceId?: string;
  /** Host of the route, for the realm of a challenge. */
  readonly realm: string;
  /** The route asks for Basic too. */
  readonly basicChallenge?: true;
  /** Seconds to wait, where it is known how many. */
  readonly retryAfter?: number;
  /** In place of the catalogue's: an upstream that was not even asked is one that is not available now. */
  readonly status?: 503;
  /** It leads to sign-in. */
  readonly signIn?: BegunSignIn;
}

/** The status at the gateway. The catalogue has the token endpoint's, where a policy refusal is a bad request. */
function statusOf({ code, status }: Pick<Refused, 'code' | 'status'>): number {
  return code === 'policy.refused' ? 403 : (status ?? REFUSALS[code].status);
}

/** The answer to a refused request, in the shape that this client reads. */
export function refusalAnswer(refused: Refused, headers: readonly HeaderLine[]): Answer {
  if (refused.signIn) return toSignIn(refused.signIn);
  const status = statusOf(refused);
  const audience = audienceOf(headers);
  const asked = status === 401 ? { 'www-authenticate': challenge(refused, audience) } : {};
  const shared = { 'cache-control': 'no-store', ...asked, ...retry(refused) };
  if (audience === 'browser') return refusalPage(refused, { status, title: titleOf(status) }, shared);
  const shape = SHAPES[audience];
  return { status, headers: { ...shared, ...shape.headers }, body: shape.body(refused, status) };
}

/** RFC 9110 section 15.4.3. The cookie is of this host: what comes back is taken from this browser alone. */
function toSignIn({ location, cookie }: BegunSignIn): Answer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, cookies: [cookie], body: '' };
}

interface Shape {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (refused: Refused, status: number) => string;
}

const SHAPES: Readonly<Record<Exclude<Audience, 'browser'>, Shape>> = {
  program: {
    headers: { 'content-type': 'application/problem+json' },
    body: (refused, status) => JSON.stringify(problem(refused, status)),
  },
  kubernetes: {
    headers: { 'content-type': 'application/json' },
    body: (refused, status) => JSON.stringify(kubernetesStatus(refused, status)),
  },
};

/**
 * RFC 6750 section 3: no `error` when nothing was presented, so that a client tells "log in" from "your token is
 * dead". Any other status has no challenge: a token that is good but not allowed must not be thrown away.
 */
function challenge({ code, realm, basicChallenge }: Refused, audience: Audience): string {
  const missing = code === 'credential.missing';
  const bearer = `Bearer realm="${realm}"${missing ? '' : ', error="invalid_token"'}`;
  // A browser would ask a person for a password that there is none of.
  if (basicChallenge === undefined || audience !== 'program') return bearer;
  // The first, and in one line (RFC 9110 section 11.6.1): docker takes the realm of a Bearer that it sees for the URL
  // of a token server, and reads no further than the first of a line; git takes Basic wherever it stands.
  return `Basic realm="${realm}", ${bearer}`;
}

/** Seconds to wait where waiting helps by itself. */
function retry(refused: Refused): Record<string, string> {
  const { code, retryAfter = 1 } = refused;
  return statusOf(refused) === 503 || code === 'limit.rate' ? { 'retry-after': `${retryAfter}` } : {};
}

function problem({ code, decisionId, traceId }: Refused, status: number): object {
  const document = {
    type: `urn:countersign:error:${code}`,
    title: titleOf(status),
    status,
    detail: REFUSALS[code].description,
    code,
    decision_id: decisionId,
    ...(traceId !== undefined && { trace_id: traceId }),
  };
  // Log lines of this server carry the same id for both; a caller looking for a request id finds one.
  return status >= 500 ? { ...document, request_id: decisionId } : document;
}

/** `meta/v1` Status: what kubectl prints instead of a decoding error. */
function kubernetesStatus({ code, decisionId }: Refused, status: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: `${REFUSALS[code].description} (${code}, ${decisionId})`,
    reason: KUBERNETES_REASONS[status] ?? '',
    code: status,
  };
}

const KUBERNETES_REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};

function titleOf(status: number): string {
  return TITLES[status] ?? 'Refused';
}
