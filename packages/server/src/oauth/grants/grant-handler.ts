import type { Result } from '@countersign/core';
import type { IdentifiedRefusal } from '../../exchange/model.ts';
import type { Malformed } from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';

/**
 * The code of one grant type. The endpoint owns the phases that all grants share (method, size, media type, dispatch,
 * the answer), so that a handler fills in its own part and cannot forget a shared one.
 */
export interface GrantHandler {
  readonly grantType: string;
  /** Members of the 200 answer, or a refusal: malformed ones have no decision id yet, decided ones have. */
  handle(
    parameters: Parameters,
    remoteAddress: string,
  ): Promise<Result<Readonly<Record<string, unknown>>, Malformed | IdentifiedRefusal>>;
}
