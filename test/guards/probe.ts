import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guard } from './guard.ts';
import { isNamed, type Witness } from './witness.ts';

/** `undefined` when the guard is guarded, else what is wrong. */
export type Probe = (guard: Guard) => Promise<string | undefined>;

/** Takes guards out of a copy one at a time, asks the witness, and puts them back. `guards`: all there are. */
export function createProbe(copy: string, guards: readonly Guard[], witness: Witness): Probe {
  const failingAnyway = new Map<string, Promise<readonly string[]>>();

  /** Who fails with every guard in place, because of the copy for instance, would fail without one as well. */
  const failsAnyway = async ({ test, fails }: Guard): Promise<boolean> => {
    const names = guards.filter((guard) => guard.test === test).map((guard) => guard.fails);
    const failing = failingAnyway.get(test) ?? witness.failures(test, names);
    failingAnyway.set(test, failing);
    return (await failing).some((name) => isNamed(name, fails));
  };

  return async (guard) => {
    const file = join(copy, guard.file);
    const source = await readFile(file, 'utf8').catch(() => '');
    if (source.split(guard.guard).length !== 2) return 'the guard does not stand exactly once in its file';
    if (await failsAnyway(guard)) return `"${guard.fails}" fails with it too`;
    const put = async (text: string): Promise<void> => {
      await writeFile(file, text);
      witness.heed(guard.file);
    };
    await put(source.replace(guard.guard, () => guard.without));
    const failed = await witness.failures(guard.test, [guard.fails]);
    await put(source);
    return failed.length === 0 ? `"${guard.fails}" did not fail without it` : undefined;
  };
}
