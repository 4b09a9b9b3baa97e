import { describe, expect, it } from 'vitest';
import { createChecker } from './openapi-checker.ts';

/** The check itself, on a document of two operations: what it cannot find, no test of the product would. */
const THING = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    source: { type: 'string', enum: ['file', 'api'] },
    created: { type: 'string', format: 'date-time' },
  },
  required: ['name', 'source'],
  additionalProperties: false,
};

const json = (name: string) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});

const ROLES = { 'x-countersign-roles': ['member'] };

const DOCUMENT = {
  paths: {
    '/token': { post: { requestBody: { content: json('Thing') }, responses: {} } },
    '/things/{id}': {
      get: {
        ...ROLES,
        responses: { 200: { content: json('Thing') }, 404: { $ref: '#/components/responses/Absent' } },
      },
      delete: { ...ROLES, responses: { 204: {} } },
      patch: { ...ROLES, requestBody: { content: json('Thing') }, responses: {} },
    },
  },
  components: {
    schemas: {
      Thing: THING,
      Error: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    },
    responses: { Absent: { content: json('Error') } },
  },
};

const checker = createChecker(DOCUMENT, 'api');

const GET = 'GET /things/{id}';
const right = { name: 'x', source: 'file' };

function faults(body: unknown, status = 200, media = 'application/json; charset=utf-8') {
  return checker.answerFaults(GET, {
    status,
    headers: { 'content-type': media },
    text: JSON.stringify(body),
  });
}

describe('the check of answers', () => {
  it('knows the operations of the API, or the endpoints beside it', () => {
    expect(checker.operations).toEqual([GET, 'DELETE /things/{id}', 'PATCH /things/{id}']);
    expect(checker.operations.filter(checker.takesBody)).toEqual(['PATCH /things/{id}']);
    expect(createChecker(DOCUMENT, 'endpoints').operations).toEqual(['POST /token']);
  });

  it('lets pass what is as described', () => {
    expect(faults(right)).toEqual([]);
    expect(faults({ message: 'No.' }, 404)).toEqual([]);
    expect(checker.answerFaults('DELETE /things/{id}', { status: 204, headers: {}, text: '' })).toEqual([]);
    expect(checker.bodyFaults('PATCH /things/{id}', right)).toEqual([]);
  });

  it.each([
    ['a member that is not described', { ...right, secret: 'x' }, 'additional properties'],
    ['a member that is missing', { source: 'file' }, "required property 'name'"],
    ['a value that is none of those described', { ...right, source: 'both' }, 'allowed values'],
    ['a value of another type', { ...right, created: 5 }, 'must be string'],
    ['no object', [right], 'must be object'],
  ])('finds %s', (_name, body, fault) => {
    expect(faults(body).join()).toContain(fault);
    expect(checker.bodyFaults('PATCH /things/{id}', body).join()).toContain(fault);
  });

  it('finds a status, a media type, an error and a body that are not described', () => {
    expect(faults(right, 202).join()).toContain('202 is not described');
    expect(faults(right, 200, 'text/plain').join()).toContain('media type text/plain');
    expect(faults({}, 404).join()).toContain("required property 'message'");
    const deleted = { status: 204, headers: {}, text: 'x' };
    expect(checker.answerFaults('DELETE /things/{id}', deleted).join()).toContain('204 has a body');
    expect(checker.bodyFaults(GET, right).join()).toContain('takes no body');
    expect(checker.answerFaults('GET /nothing', { ...deleted, status: 200 }).join()).toContain(
      'not described',
    );
  });
});
