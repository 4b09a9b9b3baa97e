import type { Operation } from '../operation.ts';
import { refusal, sharedRefusal, success } from './answers.ts';
import type { Description, EndpointDescription, Parameter } from './model.ts';
import { PATH_PARAMETERS } from './parameters.ts';
import { schemaReference } from './schemas.ts';

/** One operation or endpoint as the document has it: its row of the list and its words, joined. */

type Node = Readonly<Record<string, unknown>>;

const SECURITY = [{ token: [] }, { bearer: [] }];

const ROLES = { S: 'site-administrator', A: 'organization-admin', M: 'member', T: 'machine-token' } as const;

export function operationItem(
  operation: Pick<Operation<never>, 'path' | 'method' | 'roles' | 'teamAdmins'>,
  described: Description,
): Node {
  const roles = [
    ...operation.roles.map((role) => ROLES[role]),
    ...(operation.teamAdmins ? ['team-admin'] : []),
  ];
  const { versioned = false, answers } = described;
  const headers = versioned ? (operation.method === 'GET' ? 'etag' : 'etag and warning') : 'none';
  return {
    ...head({ ...described, description: forWhom(described, roles) }),
    parameters: [
      ...parametersOf(operation.path, described),
      ...(versioned && operation.method !== 'GET' ? [IF_MATCH] : []),
    ],
    ...bodyOf(described, ['application/json']),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, body]) => [status, success(status, body, headers)]),
      ),
      ...Object.fromEntries(
        refusalsOf(operation, described).map((status) => [status, sharedRefusal(status)]),
      ),
    },
    security: SECURITY,
    'x-countersign-roles': roles,
  };
}

/** In words too: who reads a rendered document sees no extension of ours. */
function forWhom({ description }: Description, roles: readonly string[]): string {
  return [...(description === undefined ? [] : [description]), `For: ${roles.join(', ')}.`].join(' ');
}

/** What the lists entail: who is not known, may not, names an organization that is not there, or sends what is wrong. */
function refusalsOf(
  { path, roles }: Pick<Operation<never>, 'path' | 'roles'>,
  described: Description,
): readonly number[] {
  const inOrganization = path.includes('/:org');
  const everybody = !inOrganization && roles.length === Object.keys(ROLES).length;
  const entailed = [
    401,
    429,
    503,
    ...(everybody ? [] : [403]),
    ...(inOrganization ? [404] : []),
    ...(described.query === undefined ? [] : [400]),
    ...(described.body === undefined ? [] : [400, 413]),
  ];
  return [...new Set([...entailed, ...(described.refusals ?? [])])].toSorted((one, other) => one - other);
}

export function endpointItem(endpoint: EndpointDescription): Node {
  const { answers, refusals = [], error = 'Error', cacheable = false } = endpoint;
  return {
    ...head(endpoint),
    parameters: [...parametersOf(endpoint.path, endpoint), ...(cacheable ? [IF_NONE_MATCH] : [])],
    ...bodyOf(endpoint, ['application/json', 'application/x-www-form-urlencoded']),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, body]) => [
        status,
        success(status, body, cacheable ? 'etag' : 'none'),
      ]),
      ...refusals.map((status) => [status, refusal(status, error)]),
    ]),
    security: endpoint.authenticated ? SECURITY : [],
  };
}

function head({
  operationId,
  tag,
  summary,
  description,
}: Pick<Description, 'operationId' | 'tag' | 'summary' | 'description'>): Node {
  return { operationId, tags: [tag], summary, ...(description === undefined ? {} : { description }) };
}

function parametersOf(path: string, { query = {} }: Pick<Description, 'query'>): readonly Node[] {
  const names = [...path.matchAll(/:([a-zA-Z]+)/g)].map(([, name = '']) => name);
  return [
    ...names.map((name) =>
      parameter('path', name, {
        schema: { type: 'string' },
        description: '',
        ...PATH_PARAMETERS[name],
        required: true,
      }),
    ),
    ...Object.entries(query).map(([name, about]) => parameter('query', name, about)),
  ];
}

function parameter(
  place: 'path' | 'query' | 'header',
  name: string,
  { description, schema, required }: Parameter,
): Node {
  return { name, in: place, description, ...(required ? { required } : {}), schema };
}

const IF_MATCH = parameter('header', 'If-Match', {
  description: 'The ETag of what is to be changed: 412 when somebody else was faster.',
  schema: { type: 'string' },
});

const IF_NONE_MATCH = parameter('header', 'If-None-Match', {
  description: 'An ETag: 304 when it is still the one.',
  schema: { type: 'string' },
});

function bodyOf(
  { body, bodyOptional }: Pick<Description, 'body' | 'bodyOptional'>,
  media: readonly string[],
): Node {
  if (body === undefined) return {};
  const schema = schemaReference(body);
  const content = Object.fromEntries(media.map((type) => [type, { schema }]));
  return { requestBody: { required: bodyOptional !== true, content } };
}
