import type { Clock, Logger } from '../adapters/ports.ts';
import type { Writer } from '../storage/port.ts';
import { putLastUse } from '../storage/repositories/last-uses.ts';

/**
 * When tokens are used, and the issuers that vouch for new ones: remembered as they are, written once a minute, beside the requests. It must never make one
 * wait, or fail; what a crash or silent storage takes is lost, and nothing is decided by it.
 */
export interface LastUses {
  /** The token or the issuer with this id has been used just now. */
  note(id: string): void;
  /** Writes what is remembered, then stops. */
  close(): Promise<void>;
}

export interface LastUsesDeps {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two writings; tests make it short. */
  readonly interval?: number;
  /** Milliseconds between two units of one writing, so that others' commits come in between. */
  readonly pause?: number;
}

const INTERVAL = 60_000;
const PAUSE = 20;

/** Tokens of one window; uses of more are not remembered, and are again in the next. */
export const MAX_USED = 65_536;

/** Rows of one unit. */
export const UNIT_ROWS = 500;

export function createLastUses(deps: LastUsesDeps): LastUses {
  const { clock, interval = INTERVAL } = deps;
  let pause = deps.pause ?? PAUSE;
  /** Id → first use in the window, epoch seconds. */
  let used = new Map<string, number>();
  let writing = Promise.resolve();

  const flush = (): Promise<void> => {
    if (used.size === 0) return writing;
    const window = used;
    used = new Map();
    writing = writing.then(() => write(deps, window, () => pause));
    return writing;
  };
  const timer = setInterval(() => void flush(), interval).unref();
  return {
    note(id) {
      if (used.size >= MAX_USED || used.has(id)) return;
      used.set(id, Math.floor(clock.now() / 1000));
    },
    async close() {
      clearInterval(timer);
      pause = 0;
      await flush();
    },
  };
}

/** Never rejects. */
async function write(
  { writer, logger }: LastUsesDeps,
  window: ReadonlyMap<string, number>,
  pause: () => number,
): Promise<void> {
  const uses = [...window];
  for (let from = 0; from < uses.length; from += UNIT_ROWS) {
    if (from > 0 && pause() > 0) await wait(pause());
    const unit = uses.slice(from, from + UNIT_ROWS).map(([id, usedAt]) => putLastUse(id, usedAt));
    const written = await writer.write(unit);
    if (written.ok) continue;
    logger.warn('when tokens were last used could not be written', { tokens: uses.length - from });
    return;
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
