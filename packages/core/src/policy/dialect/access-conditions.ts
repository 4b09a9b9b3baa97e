import { isObject, type Json } from '../../claims.ts';
import type { Path } from './claim-test.ts';

/**
 * The conditions (CEL) of a PPL document, wherever they stand: whoever compiles it has to load their engine first, and
 * most documents have none. Patient: what has the wrong shape is for the compiler to refuse.
 */
export interface WrittenCondition {
  readonly source: string;
  /** From the root of the document. */
  readonly path: Path;
}

export function accessConditions(policy: Json | undefined, path: Path = []): readonly WrittenCondition[] {
  if (Array.isArray(policy))
    return policy.flatMap((item: Json, index) => accessConditions(item, [...path, index]));
  if (!isObject(policy)) return [];
  return Object.entries(policy).flatMap(([key, value]): readonly WrittenCondition[] =>
    key === 'condition' && typeof value === 'string'
      ? [{ source: value, path: [...path, key] }]
      : accessConditions(value, [...path, key]),
  );
}
