import { writeFileSync } from 'node:fs';
import { openapiDocument } from './document.ts';

/**
 * Writes `docs/openapi.json`. Run after a change to the API, and `npm run format` behind it:
 * `node --conditions=source packages/server/src/api/openapi/write-document.ts`
 */
const text = JSON.stringify(openapiDocument('https://countersign.example'), null, 2);
writeFileSync(new URL('../../../../../docs/openapi.json', import.meta.url), `${text}\n`);
