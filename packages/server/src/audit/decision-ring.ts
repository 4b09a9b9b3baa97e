import type { StoredDecision } from './port.ts';

/** The last decisions of callers who proved nothing, in memory. Lost with the process, by design. */
export interface DecisionRing {
  push(decision: StoredDecision): void;
  find(id: string): StoredDecision | undefined;
}

export interface RingBounds {
  readonly decisions: number;
  /** Characters of JSON of all of them: ten thousand large ones must not fill the memory either. */
  readonly characters: number;
}

export const RING_BOUNDS: RingBounds = { decisions: 10_000, characters: 16 * 1024 * 1024 };

/** At either bound the oldest go. */
export function createDecisionRing(bounds: RingBounds = RING_BOUNDS): DecisionRing {
  const held = new Map<string, { readonly decision: StoredDecision; readonly characters: number }>();
  let characters = 0;

  const dropOldest = (): void => {
    const oldest = held.entries().next();
    if (oldest.done) return;
    const [id, entry] = oldest.value;
    held.delete(id);
    characters -= entry.characters;
  };

  return {
    push(decision) {
      const size = JSON.stringify(decision).length;
      if (size > bounds.characters || held.has(decision.record.id)) return;
      held.set(decision.record.id, { decision, characters: size });
      characters += size;
      while (held.size > bounds.decisions || characters > bounds.characters) dropOldest();
    },
    find: (id) => held.get(id)?.decision,
  };
}
