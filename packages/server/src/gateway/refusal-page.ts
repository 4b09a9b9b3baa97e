import { REFUSALS, type RefusalCode } from '@countersign/core';
import type { Answer } from '../http/message.ts';
import { pageAnswer } from '../pages/page.ts';
import { refusedPage } from '../pages/refused-page.ts';

/**
 * The page that a person sees when the gateway refuses. Words of the catalogue and an id of ours; nothing that came
 * with the request, so that there is nothing to inject into (threat 13).
 */
export function refusalPage(
  { code, decisionId }: { readonly code: RefusalCode; readonly decisionId: string },
  { status, title }: { readonly status: number; readonly title: string },
  headers: Readonly<Record<string, string>>,
): Answer {
  const page = refusedPage({ status, title, description: REFUSALS[code].description, code, decisionId });
  return pageAnswer(page, { status, headers });
}
