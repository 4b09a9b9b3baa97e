/**
 * The rest of the HTTP API as schemas: what is answered, or taken, and parsed by no schema at run time. An entry of its
 * own (`@countersign/core/api-document`), loaded by whoever describes or checks the API and never on the way to
 * listening: a schema that decides about input does not belong here, but into the file of its noun.
 */
export * from './errors.ts';
export * from './user.ts';
export * from './decisions.ts';
export * from './mass-revocation.ts';
export * from './keys.ts';
export * from './routes.ts';
export * from './token-endpoints.ts';
export * from './metadata.ts';
