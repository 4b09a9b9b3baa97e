import { REFUSALS, type RefusalCode } from '@countersign/core';
import { errorCodePage } from '../pages/error-code-page.ts';
import { pageAnswer } from '../pages/page.ts';
import type { Answer } from './message.ts';

/**
 * The page behind `error_uri`: what a refusal code means and what to do about it. Words of the catalogue; the only thing
 * taken from the request is which of the known codes it names (threat 13: no reflection).
 */
export function errorPage(code: string): Answer | undefined {
  if (!Object.hasOwn(REFUSALS, code)) return undefined;
  const page = errorCodePage({ code, ...REFUSALS[code as RefusalCode] });
  return pageAnswer(page, { status: 200, headers: { 'cache-control': 'public, max-age=3600' } });
}
