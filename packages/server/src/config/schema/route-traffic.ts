import type { Problem } from '@countersign/core';
import * as z from 'zod';
import { corsOrigins } from './cors-origins.ts';
import { count, duration } from './scalar.ts';

/** What a route lets pass beside single requests of those who may: WebSockets of whose pages, and how much of it all. */

export const rateLimitShape = {
  requests: count(1, 100_000).describe('At once, and given back evenly over per.'),
  per: duration('1s', '1d'),
};

export const trafficShape = {
  allow_websockets: z.boolean().default(false),
  allowed_origins: corsOrigins
    .exactOptional()
    .describe(
      'Whose pages may open WebSockets beside its own. Needs allow_websockets. Default: asked only where a browser identifies itself.',
    ),
  rate_limit: z
    .strictObject(rateLimitShape)
    .exactOptional()
    .describe('Requests of each caller that may pass, by this process. Default: no limit.'),
};

interface TrafficFields {
  readonly allow_websockets: boolean;
  readonly allowed_origins?: readonly string[];
}

export function trafficProblems(document: TrafficFields): readonly Problem[] {
  if (document.allowed_origins === undefined || document.allow_websockets) return [];
  return [
    {
      path: ['allowed_origins'],
      message: 'needs allow_websockets: true: it is about the pages that open them',
    },
  ];
}
