import { OPERATIONS } from '../operations.ts';
import { componentResponses } from './answers.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { ENDPOINTS } from './endpoints.ts';
import { endpointItem, operationItem } from './items.ts';
import { TAGS } from './model.ts';
import { componentSchemas } from './schemas.ts';

/** The document, of the lists and their descriptions: a pure function of the address of the service. */

type Node = Readonly<Record<string, unknown>>;

/** Of the API, and not of the program: it changes when clients have to. */
const VERSION = '1.0.0';

export function openapiDocument(url: string): Node {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version: VERSION,
      summary: 'Token exchange and management API.',
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: paths(),
    components: {
      schemas: componentSchemas(),
      responses: componentResponses(),
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The word `token`, a space and an access token or the administrator’s: `token VALUE`.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'The same credentials (RFC 6750).' },
      },
    },
  };
}

const ABOUT = [
  'What answers GET answers HEAD, but for the probes. A method that a path does not have is 405, with `Allow`.',
  'Members of a body that are not known are refused, and `null` is the same as absent.',
  'What the configuration file declares is read here and changed there: 409.',
  '`x-countersign-roles` says who may call an operation: whom it does not name is answered 403.',
].join('\n');

function paths(): Node {
  const found: Record<string, Record<string, unknown>> = {};
  const add = (path: string, method: string, item: Node) => {
    const place = (found[path.replaceAll(/:([a-zA-Z]+)/g, '{$1}')] ??= {});
    place[method.toLowerCase()] = item;
  };
  for (const endpoint of ENDPOINTS) add(endpoint.path, endpoint.method, endpointItem(endpoint));
  for (const operation of OPERATIONS) {
    const description = DESCRIPTIONS[`${operation.method} ${operation.path}`];
    if (description) add(operation.path, operation.method, operationItem(operation, description));
  }
  return found;
}
