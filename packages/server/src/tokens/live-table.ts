import { ok, type ClaimPath, type Result } from '@countersign/core';
import type { TokenRecord } from './model.ts';
import { TokenTable, type TokenTableOptions } from './token-table.ts';

/**
 * The token table that is in use, and its successor while that is filled. What is kept of a claim set depends on what
 * routes read; when they read something else, the claims that memory has dropped must come from storage again. Until
 * they are there the old table answers, and whoever swaps the routes waits: a policy must never see half a claim set.
 */
export class LiveTable implements Pick<
  TokenTable,
  'find' | 'insert' | 'remove' | 'kept' | 'removals' | 'countLive' | 'sweep' | 'size'
> {
  readonly #options: Omit<TokenTableOptions, 'claimPaths'>;
  #current: TokenTable;
  #successor: Successor | undefined;
  /** Its own: a table that takes over has not counted what its predecessor did. */
  #removals = 0;

  constructor(options: TokenTableOptions) {
    this.#options = options;
    this.#current = new TokenTable(options);
  }

  get size(): number {
    return this.#current.size;
  }

  get removals(): number {
    return this.#removals;
  }

  find(hash: Uint8Array): TokenRecord | undefined {
    return this.#current.find(hash);
  }

  kept(record: TokenRecord): TokenRecord {
    return this.#current.kept(record);
  }

  insert(hash: Uint8Array, record: TokenRecord): boolean {
    this.#successor?.insert(hash, record);
    return this.#current.insert(hash, record);
  }

  remove(hash: Uint8Array): boolean {
    this.#removals += 1;
    this.#successor?.remove(hash);
    return this.#current.remove(hash);
  }

  countLive(...question: Parameters<TokenTable['countLive']>): number {
    return this.#current.countLive(...question);
  }

  sweep(now: number, limit: number): number {
    return this.#current.sweep(now, limit);
  }

  /**
   * Fills a table that keeps these paths; `load` brings what is stored. It is in use from the moment that the function
   * it gives is called, which has to be the moment of the routes. The last one that was asked for is the one.
   */
  async prepare(
    claimPaths: readonly ClaimPath[],
    load: (into: Pick<TokenTable, 'insert'>) => Promise<Result<unknown, 'unavailable'>>,
  ): Promise<Result<() => void, 'unavailable'>> {
    const successor = createSuccessor(new TokenTable({ ...this.#options, claimPaths }));
    this.#successor = successor;
    const loaded = await load({ insert: successor.load });
    if (!loaded.ok) {
      if (this.#successor === successor) this.#successor = undefined;
      return loaded;
    }
    return ok(() => {
      this.#current = successor.table;
      if (this.#successor === successor) this.#successor = undefined;
    });
  }
}

interface Successor {
  readonly table: TokenTable;
  readonly insert: (hash: Uint8Array, record: TokenRecord) => void;
  readonly remove: (hash: Uint8Array) => void;
  /** From storage: what was ended since it was read stays ended. */
  readonly load: (hash: Uint8Array, record: TokenRecord) => boolean;
}

function createSuccessor(table: TokenTable): Successor {
  const ended = new Set<string>();
  const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('latin1');
  return {
    table,
    insert: (hash, record) => void table.insert(hash, record),
    remove(hash) {
      ended.add(keyOf(hash));
      table.remove(hash);
    },
    load: (hash, record) => ended.has(keyOf(hash)) || table.insert(hash, record),
  };
}
