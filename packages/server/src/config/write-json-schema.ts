import { writeFileSync } from 'node:fs';
import { configJsonSchema } from './json-schema.ts';

/**
 * Writes `docs/countersign.schema.json`. Run after a change to the schema, and `npm run format` behind it:
 * `node --conditions=source packages/server/src/config/write-json-schema.ts`
 */
writeFileSync(new URL('../../../../docs/countersign.schema.json', import.meta.url), configJsonSchema());
