import { join } from 'node:path';
import { createVitest, type Reporter } from 'vitest/node';

/**
 * Runs named tests of a copy in one vitest that stays up: starting it costs more than most tests, and what did not
 * change since the last guard is not compiled again. Every run still has a process of its own, as in the suite: a thread
 * cannot do all that a process can, and a test that fails for that reason is a witness to nothing.
 */
export interface Witness {
  /** The file is not what it was: without this, tests would see it as it was before. */
  readonly heed: (file: string) => void;
  /** What comes of a file's tests with one of these in their name. */
  readonly run: (test: string, names: readonly string[]) => Promise<Outcome>;
}

/** Full names. Who is in neither has not run: the file cannot be loaded, or what it needs did not start. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

export async function startWitness(copy: string): Promise<Witness> {
  const config = join(copy, 'test/guards/vitest.config.ts');
  // Taken from what is reported while the tests run: the result of a run also holds what earlier runs left behind.
  let passed: string[] = [];
  let failed: string[] = [];
  const reporter: Reporter = {
    onTestCaseResult: (test) => {
      const { state } = test.result();
      if (state === 'passed') passed.push(test.fullName);
      if (state === 'failed') failed.push(test.fullName);
    },
  };
  const vitest = await createVitest({ root: copy, config, watch: false, reporters: [reporter] });
  await vitest.standalone();
  return {
    heed: (file) => vitest.invalidateFile(join(copy, file)),
    run: async (test, names) => {
      [passed, failed] = [[], []];
      const testNamePattern = new RegExp(names.map(patternOf).join('|'));
      await vitest.runTestSpecifications([
        vitest.getRootProject().createSpecification(join(copy, test), { testNamePattern }),
      ]);
      return { passed, failed };
    },
  };
}

/** Whether a test is meant by a part of its name. */
export const isNamed = (fullName: string, part: string): boolean =>
  new RegExp(patternOf(part)).test(fullName);

/** A name may begin in a suite and end in its test: there a reader sees a space, and vitest an arrow or a space. */
function patternOf(part: string): string {
  return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll(' ', '(?: > | )');
}
