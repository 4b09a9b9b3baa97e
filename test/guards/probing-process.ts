import type { Guard } from './guard.ts';
import { guards } from './guards.ts';
import { createProbe } from './probe.ts';
import { startWitness } from './witness.ts';

/**
 * The process of one copy, started in it by `prober.ts`: a guard comes in, a verdict goes out. What a test does without
 * its guard (run for ever, eat all memory) is done by a child of this process, and ends with it.
 */
const copy = process.cwd();
process.once('disconnect', () => process.exit());
const probe = createProbe(copy, guards, await startWitness(copy));
process.on('message', (guard: Guard) => {
  void answer(guard);
});
process.send?.('ready');

async function answer(guard: Guard): Promise<void> {
  process.send?.({ problem: await probe(guard) });
}
