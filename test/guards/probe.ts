import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guard } from './guard.ts';
import { isNamed, type Outcome, type Witness } from './witness.ts';

/** `undefined` when the guard is guarded, else what is wrong. */
export type Probe = (guard: Guard) => Promise<string | undefined>;

/**
 * How often a test is asked that should have passed, or has not run. A machine that stands still for some seconds fails
 * whatever runs in them; who cannot pass, or run, on the copy does not the third time either.
 */
const ATTEMPTS = 3;

/** Takes guards out of a copy one at a time, asks the witness, and puts them back. `guards`: all there are. */
export function createProbe(copy: string, guards: readonly Guard[], witness: Witness): Probe {
  const withAll = new Map<string, Promise<Outcome>>();

  /** The tests of all guards of the file in one run. */
  const runWithAll = (test: string): Promise<Outcome> => {
    const names = guards.filter((guard) => guard.test === test).map((guard) => guard.fails);
    const run = withAll.get(test) ?? witness.run(test, names);
    withAll.set(test, run);
    return run;
  };

  /** Who fails with every guard in place, because of the copy for instance, would fail without one as well. */
  const passesWithIt = async ({ test, fails }: Guard): Promise<boolean> => {
    if (hasPassed(await runWithAll(test), fails)) return true;
    for (let attempt = 2; attempt <= ATTEMPTS; attempt += 1) {
      if (hasPassed(await witness.run(test, [fails]), fails)) return true;
    }
    return false;
  };

  const problemWithoutIt = async ({ test, fails }: Guard): Promise<string | undefined> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const { passed, failed } = await witness.run(test, [fails]);
      if (failed.length > 0) return undefined;
      if (passed.length > 0) return `"${fails}" did not fail without it`;
    }
    return `"${fails}" does not run without it`;
  };

  return async (guard) => {
    const file = join(copy, guard.file);
    const source = await readFile(file, 'utf8').catch(() => '');
    if (source.split(guard.guard).length !== 2) return 'the guard does not stand exactly once in its file';
    if (!(await passesWithIt(guard))) return `"${guard.fails}" does not pass with it`;
    const put = async (text: string): Promise<void> => {
      await writeFile(file, text);
      witness.heed(guard.file);
    };
    await put(source.replace(guard.guard, () => guard.without));
    const problem = await problemWithoutIt(guard);
    await put(source);
    return problem;
  };
}

/** A test of that name has passed, and none has failed. */
function hasPassed({ passed, failed }: Outcome, fails: string): boolean {
  return passed.some((name) => isNamed(name, fails)) && !failed.some((name) => isNamed(name, fails));
}
