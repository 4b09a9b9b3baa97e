import { availableParallelism } from 'node:os';
import type { Guard } from './guard.ts';
import { guards } from './guards.ts';
import { startProber, type Prober } from './prober.ts';

/**
 * `npm run guards [-- TEXT]`: takes each guard out on a copy of the tree and runs the test that must miss it. Only the
 * named test is run: it has to fail, and a file that no longer compiles has no test that fails.
 */
interface Tally {
  passed: number;
  /** As they were reported. */
  readonly missed: string[];
}

function report({ threat, name }: Guard, problem: string | undefined, tally: Tally): void {
  if (problem === undefined) {
    tally.passed += 1;
    console.log(`✓ ${threat}: ${name}`);
    return;
  }
  const line = `✗ ${threat}: ${name} — ${problem}`;
  tally.missed.push(line);
  console.log(line);
}

/** Takes test files off the queue until it is empty, on a copy of its own; on a new one where the last was lost. */
async function work(queue: (readonly Guard[])[], tally: Tally): Promise<void> {
  let prober: Prober | undefined;
  for (let rows = queue.shift(); rows !== undefined; rows = queue.shift()) {
    for (const guard of rows) {
      prober ??= await startProber();
      const verdict = await prober.probe(guard);
      report(
        guard,
        verdict === undefined ? 'no verdict: without it its test comes to no end' : verdict.problem,
        tally,
      );
      if (verdict !== undefined) continue;
      await prober.dispose();
      prober = undefined;
    }
  }
  await prober?.dispose();
}

const wanted = process.argv[2] ?? '';
const rows = guards.filter(({ name, threat }) => `${threat} ${name}`.includes(wanted));
// Rows of one test file stay together: that its tests pass with all guards in place is looked at once.
const queue = [...Map.groupBy(rows, ({ test }) => test).values()];
// One more than there are cores: a test that misses its guard often waits for what does not come.
const workers = Math.min(3, availableParallelism() + 1, queue.length);
const tally: Tally = { passed: 0, missed: [] };
await Promise.all(Array.from({ length: workers }, () => work(queue, tally)));
// Once more where somebody looks who sees no more than the end.
for (const line of tally.missed) console.log(line);
console.log(`${tally.passed} passed, ${tally.missed.length} failed`);
process.exitCode = tally.missed.length === 0 ? 0 : 1;
