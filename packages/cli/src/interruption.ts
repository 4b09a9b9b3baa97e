import type { Deps } from './deps.ts';
import { EXIT_INTERRUPTED } from './errors.ts';

/**
 * Milliseconds in which several signals are one wish: the terminal sends Ctrl-C to us and to whoever started us (npm,
 * our own launcher), and they pass it on as well.
 */
const ONE_WISH = 500;

/**
 * Waits for SIGINT or SIGTERM, then closes in good order. Asked a second time, ends at once. A terminal that goes away
 * (SIGHUP) is one more way of asking, but for who has another use for it.
 */
export async function untilInterrupted(
  deps: Deps,
  close: () => Promise<void>,
  hangup?: () => void,
): Promise<void> {
  let first: number | undefined;
  let stop = (): void => {};
  await new Promise<void>((resolve) => {
    const interrupt = (): void => {
      if (first === undefined) {
        first = deps.now();
        resolve();
      } else if (deps.now() - first >= ONE_WISH) deps.exit(EXIT_INTERRUPTED);
    };
    stop = onEnd(deps, interrupt, hangup);
  });
  await close();
  stop();
}

/** Calls back whenever somebody asks for the end, until the returned function is called. */
export function onEnd(
  deps: Pick<Deps, 'onInterrupt' | 'onHangup'>,
  callback: () => void,
  hangup = callback,
): () => void {
  const offs = [deps.onInterrupt(callback), deps.onHangup(hangup)];
  return () => offs.forEach((off) => off());
}
