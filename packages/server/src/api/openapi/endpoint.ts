import { cacheableAnswer } from '../../http/cacheable-answer.ts';
import { PUBLIC } from '../../http/key-set.ts';
import type { Answer, ServiceRequest } from '../../http/message.ts';
import type { Snapshot } from '../../snapshot/model.ts';

const HEADERS = { ...PUBLIC, 'cache-control': 'public, max-age=300' } as const;

/**
 * GET /openapi.json, and GET /api/openapi/pulumi-spec.json, where the Pulumi CLI looks for it (`pulumi api`). It is the
 * same for everybody and names nothing of this installation but its address. Nothing of it is loaded before somebody
 * asks; then it is made once.
 */
export function createOpenapiEndpoint(): (
  deps: { readonly snapshot: () => Snapshot },
  request: ServiceRequest,
) => Promise<Answer> {
  let made: { readonly url: string; readonly text: Promise<string> } | undefined;
  return async ({ snapshot }, request) => {
    const { url } = snapshot().service;
    if (made?.url !== url) made = { url, text: textOf(url) };
    return cacheableAnswer(request, await made.text, HEADERS);
  };
}

async function textOf(url: string): Promise<string> {
  const { openapiDocument } = await import('./document.ts');
  return JSON.stringify(openapiDocument(url));
}
