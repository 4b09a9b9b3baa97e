import type { Result } from '@countersign/core';
import type { Origin } from '../../audit/origin.ts';
import type { IdentifiedRefusal } from '../../exchange/model.ts';
import type { Malformed } from '../../http/parameter.ts';
import type { Parameters } from '../../http/parameters.ts';

/**
 * The code of one grant type. The endpoint owns the phases that all grants share (method, size, media type, dispatch,
 * the answer), so that a handler fills in its own part and cannot forget a shared one.
 */
export interface GrantHandler {
  readonly grantType: string;
  /** A refusal that is malformed has no decision id yet, a decided one has. */
  handle(parameters: Parameters, origin: Origin): Promise<Result<Granted, Malformed | IdentifiedRefusal>>;
}

export interface Granted {
  /** Of the 200 answer, in order. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Called once if the answer could not be written whole. */
  readonly undelivered?: () => void;
}
