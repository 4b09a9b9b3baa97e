/**
 * The HTTP API as schemas: one contract for the server that answers, for clients that ask, and for the OpenAPI document
 * that describes it. An entry of its own (`@countersign/core/api-model`): it is the one part that needs zod.
 */
export * from './text.ts';
export * from './issuers.ts';
export * from './policies.ts';
export * from './tokens.ts';
export * from './service-accounts.ts';
export * from './organizations.ts';
export * from './directory.ts';
