import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS as SERVED } from '../../service.ts';
import { OPERATIONS } from '../operations.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { openapiDocument } from './document.ts';
import { ENDPOINTS } from './endpoints.ts';
import { LOGIN_ENDPOINTS } from '../../login/endpoints.ts';
import { PATH_PARAMETERS } from './parameters.ts';

/** For people, in HTML: no client calls them. */
const PAGES = new Set<object>(LOGIN_ENDPOINTS);

interface OperationItem {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-countersign-roles'?: readonly string[];
}

const document = JSON.parse(JSON.stringify(openapiDocument('https://sts.example'))) as {
  readonly servers: unknown;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationItem>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const items = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, item]) => ({ name: `${method.toUpperCase()} ${path}`, path, item })),
);

const itemOf = (name: string) => items.find((item) => item.name === name)?.item;

/** Every `$ref` below a value. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
    name === '$ref' ? [String(member)] : references(member),
  );
}

describe('the descriptions', () => {
  it('have one for every operation, and no other', () => {
    const rows = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(DESCRIPTIONS).sort()).toEqual(rows.sort());
  });

  it('have one for every endpoint of the service host and for the probes, and no other', () => {
    const served = SERVED.filter((row) => !PAGES.has(row)).map(({ path }) => path);
    expect(ENDPOINTS.map(({ path }) => path).sort()).toEqual([...served, '/healthz', '/readyz'].sort());
    // An endpoint that looks at the method itself takes POST and nothing else.
    const methods = new Map(SERVED.map(({ path, method }) => [path, method === 'any' ? 'POST' : method]));
    for (const { path, method } of ENDPOINTS) expect(method, path).toBe(methods.get(path) ?? 'GET');
  });
});

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('is found not to be by the same validator when a member is amiss', async () => {
    const { paths: _, ...wrong } = structuredClone(document);
    expect(await new Validator().validate({ ...wrong, paths: [] })).toMatchObject({ valid: false });
  });

  it('is the one in docs (write-document.ts writes it)', () => {
    const page = readFileSync(new URL('../../../../../docs/openapi.json', import.meta.url), 'utf8');
    // Its layout is the formatter's.
    expect(JSON.parse(page)).toEqual(
      JSON.parse(JSON.stringify(openapiDocument('https://countersign.example'))),
    );
  });

  it('is where the configuration says', () => {
    expect(document.servers).toEqual([{ url: 'https://sts.example' }]);
  });

  it('refers to nothing that is not there, and has nothing that nobody refers to', () => {
    const found = new Set(references(document));
    const there = ['schemas', 'responses'].flatMap((kind) =>
      Object.keys(document.components[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...found].sort()).toEqual(there.sort());
  });

  it('names every operation once, by a verb and a noun', () => {
    const ids = items.map(({ item }) => item.operationId);
    expect(ids.length).toBe(OPERATIONS.length + ENDPOINTS.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+[A-Z]\w+$/.test(id))).toEqual([]);
  });

  it('says in one line what each does, under a tag that is explained', () => {
    const tags = document.tags.map(({ name }) => name);
    expect(items.filter(({ item }) => !/^[A-Z][^\n]{8,90}[^.\n]$/.test(item.summary))).toEqual([]);
    expect([...new Set(items.flatMap(({ item }) => item.tags))].sort()).toEqual(tags.sort());
  });

  it('has every parameter of a path, explained, and none that is in no path', () => {
    const used = new Set<string>();
    for (const { name, path, item } of items) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter);
      const described = item.parameters.filter((parameter) => parameter.in === 'path');
      expect(
        described.map((parameter) => parameter.name),
        name,
      ).toEqual(named);
      expect(
        described.every(({ required }) => required),
        name,
      ).toBe(true);
      for (const parameter of named) used.add(parameter);
    }
    expect([...used].sort()).toEqual(Object.keys(PATH_PARAMETERS).sort());
  });

  it('says who may: each row of the list by its own roles', () => {
    expect(itemOf('GET /api/user')?.['x-countersign-roles']).toEqual([
      'site-administrator',
      'organization-admin',
      'member',
      'machine-token',
    ]);
    expect(itemOf('GET /api/keys')).toMatchObject({
      'x-countersign-roles': ['site-administrator'],
      description: 'For: site-administrator.',
    });
    expect(itemOf('GET /api/orgs/{org}/teams/{team}/tokens')?.['x-countersign-roles']).toEqual([
      'site-administrator',
      'organization-admin',
      'team-admin',
    ]);
    expect(itemOf('POST /api/oauth/token')).not.toHaveProperty('x-countersign-roles');
  });

  it.each([
    ['GET /api/user', [200, 401, 429, 503]],
    ['GET /api/keys', [200, 401, 403, 429, 503]],
    ['GET /api/orgs/{org}/tokens', [200, 400, 401, 403, 404, 429, 503]],
    ['DELETE /api/orgs/{org}/tokens/{id}', [204, 401, 403, 404, 429, 503]],
    ['PATCH /api/orgs/{org}/auth/policies/{policyId}', [200, 400, 401, 403, 404, 409, 412, 413, 429, 503]],
    ['POST /api/oauth/token', [200, 400, 413, 429, 503]],
  ])('has the answers that %s can have', (name, statuses) => {
    expect(Object.keys(itemOf(name)?.responses ?? {}).map(Number)).toEqual(statuses);
  });

  it('has a schema for whatever is read or answered as JSON', () => {
    const schemas = document.components['schemas'] ?? {};
    expect(Object.keys(schemas).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
    expect(JSON.stringify(schemas)).not.toMatch(/__shared|\$id|\$schema/);
  });

  it('takes null for what a body may leave out, as the server does', () => {
    expect(document.components['schemas']?.['IssuerUpdate']).toMatchObject({
      additionalProperties: false,
      properties: {
        disabled: { type: ['boolean', 'null'] },
        maxExpiration: { type: ['integer', 'null'], minimum: 1 },
        replay: { type: ['string', 'null'], enum: ['allow', 'once', null] },
      },
    });
  });
});
