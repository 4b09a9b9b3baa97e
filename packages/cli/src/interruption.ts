import type { Deps } from './deps.ts';
import { EXIT_INTERRUPTED } from './errors.ts';

/**
 * Milliseconds in which several signals are one wish: the terminal sends Ctrl-C to us and to whoever started us (npm,
 * our own launcher), and they pass it on as well.
 */
const ONE_WISH = 500;

/** Waits for SIGINT or SIGTERM, then closes in good order. Asked a second time, ends at once. */
export async function untilInterrupted(deps: Deps, close: () => Promise<void>): Promise<void> {
  let first: number | undefined;
  let stop = (): void => {};
  await new Promise<void>((resolve) => {
    stop = deps.onInterrupt(() => {
      if (first === undefined) {
        first = deps.now();
        resolve();
      } else if (deps.now() - first >= ONE_WISH) deps.exit(EXIT_INTERRUPTED);
    });
  });
  await close();
  stop();
}
