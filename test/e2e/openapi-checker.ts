import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Reply } from '../support/request.ts';

/** Holds answers of the running product against its OpenAPI document: status, media type, and the body to the last member. */
export interface Checker {
  /** `METHOD /path/{parameter}` of each. */
  readonly operations: readonly string[];
  readonly takesBody: (operation: string) => boolean;
  /** What is wrong with an answer of this operation; empty when nothing is. */
  readonly answerFaults: (
    operation: string,
    reply: Pick<Reply, 'status' | 'headers' | 'text'>,
  ) => readonly string[];
  /** What is wrong with a body that is sent to it. */
  readonly bodyFaults: (operation: string, body: unknown) => readonly string[];
}

interface Described {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface Item {
  readonly 'x-countersign-roles'?: readonly string[];
  readonly requestBody?: Described;
  readonly responses: Readonly<Record<string, Described>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Item>>>>;
  readonly components: {
    readonly schemas: object;
    readonly responses: Readonly<Record<string, Described>>;
  };
}

/** For the operations of the management API, which say who may call them, or for the endpoints beside it, which do not. */
export function createChecker(
  openapi: Readonly<Record<string, unknown>>,
  part: 'api' | 'endpoints',
): Checker {
  const document = openapi as unknown as Document;
  const check = createSchemaCheck(document);
  const items = new Map<string, Item>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, item] of Object.entries(methods)) {
      const isManaged = item['x-countersign-roles'] !== undefined;
      if (isManaged === (part === 'api')) items.set(`${method.toUpperCase()} ${path}`, item);
    }
  }
  const resolve = (described: Described): Described =>
    described.$ref === undefined
      ? described
      : (document.components.responses[described.$ref.split('/').at(-1) ?? ''] ?? {});

  return {
    operations: [...items.keys()],
    takesBody: (operation) => items.get(operation)?.requestBody !== undefined,
    answerFaults: (operation, { status, headers, text }) => {
      const found = items.get(operation)?.responses[String(status)];
      if (!found) return [`${operation}: ${status} is not described: ${text}`];
      const { content } = resolve(found);
      if (content === undefined) return text === '' ? [] : [`${operation}: ${status} has a body: ${text}`];
      const media = headers['content-type']?.split(';')[0] ?? '';
      const schema = content[media]?.schema;
      if (!schema) return [`${operation}: ${status} has the media type ${media}`];
      return media === 'application/json'
        ? check(schema, JSON.parse(text)).map((fault) => `${operation}: ${status}: ${fault} in ${text}`)
        : [];
    },
    bodyFaults: (operation, body) => {
      const schema = items.get(operation)?.requestBody?.content?.['application/json']?.schema;
      return schema ? check(schema, body) : [`${operation} takes no body`];
    },
  };
}

function createSchemaCheck({ components }: Document): (schema: object, value: unknown) => readonly string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  ajv.addVocabulary(['components']);
  // Texts that generators read as something more; what they hold is the server's tests' business.
  ajv.addFormat('date-time', true);
  ajv.addFormat('uri', true);
  ajv.addSchema({ $id: 'openapi', components: { schemas: components.schemas } });
  return (schema, value) => {
    const { $ref } = schema as { readonly $ref?: string };
    const validate = ajv.compile($ref === undefined ? schema : { $ref: `openapi${$ref}` });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
