import { createInterface, type Interface } from 'node:readline';
import { EXIT_INTERRUPTED } from './errors.ts';

/** Somebody who can be asked: a terminal at both ends, and no CI that only looks like one. */
export function isInteractive(env: Readonly<Record<string, string | undefined>>): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !env['CI'] && env['TERM'] !== 'dumb';
}

/** Questions at a terminal, one after the other. */
export interface Questions {
  /** One line of an answer; `undefined` at the end of input. */
  ask(question: string): Promise<string | undefined>;
  /** Gives the terminal back. */
  close(): void;
}

/**
 * Opens the input with the first question and keeps it between them: of lines that were pasted together, an interface
 * for each question would drop all but the first.
 */
export function createQuestions(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  // Without a listener Ctrl-C would only pause, and the program would wait for ever.
  interrupted: () => void = () => process.exit(EXIT_INTERRUPTED),
): Questions {
  const typed: string[] = [];
  let lines: Interface | undefined;
  let isOver = false;
  let answer: ((line: string | undefined) => void) | undefined;

  const reply = (line: string | undefined): void => {
    const waiting = answer;
    answer = undefined;
    waiting?.(line);
  };
  const open = (): Interface => {
    const opened = createInterface({ input, output });
    opened.on('SIGINT', interrupted);
    opened.on('line', (line) => {
      if (answer === undefined) typed.push(line);
      else reply(line);
    });
    opened.on('close', () => {
      isOver = true;
      reply(undefined);
    });
    return opened;
  };

  return {
    ask: async (question) => {
      lines ??= open();
      const [pasted] = typed.splice(0, 1);
      if (pasted !== undefined) output.write(`${question}${pasted}\n`);
      if (pasted !== undefined || isOver) return pasted;
      lines.setPrompt(question);
      // The cursor stays behind what was pasted of the next line.
      lines.prompt(true);
      return new Promise((resolve) => (answer = resolve));
    },
    close: () => lines?.close(),
  };
}
