import { createInterface } from 'node:readline/promises';
import { EXIT_INTERRUPTED } from './errors.ts';

/** Somebody who can be asked: a terminal at both ends, and no CI that only looks like one. */
export function isInteractive(env: Readonly<Record<string, string | undefined>>): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !env['CI'] && env['TERM'] !== 'dumb';
}

/** One line of an answer; `undefined` at the end of input. On standard error: standard output is for data. */
export async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Without a listener Ctrl-C would only pause, and the program would wait for ever.
  lines.on('SIGINT', () => process.exit(EXIT_INTERRUPTED));
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question), closed]);
  } finally {
    lines.close();
  }
}
