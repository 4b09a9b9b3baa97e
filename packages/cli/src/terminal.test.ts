import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createQuestions, type Questions } from './terminal.ts';

/** `isTTY`: keys are read one by one and echoed, as at a terminal. */
function terminal(isTTY: boolean): {
  readonly questions: Questions;
  readonly input: PassThrough;
  readonly interruptions: () => number;
} {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { isTTY });
  let interruptions = 0;
  return {
    questions: createQuestions(input, output, () => (interruptions += 1)),
    input,
    interruptions: () => interruptions,
  };
}

describe.each([
  ['a terminal', true],
  ['a pipe', false],
])('questions at %s', (_name, isTTY) => {
  it('are all answered by lines that were pasted together', async () => {
    const { questions, input } = terminal(isTTY);
    const first = questions.ask('organization? ');
    input.write('acme\ngithub-actions\n456');
    expect(await first).toBe('acme');
    expect(await questions.ask('issuer? ')).toBe('github-actions');
    const last = questions.ask('repository? ');
    input.write('789\n');
    expect(await last).toBe('456789');
    questions.close();
  });

  it('have no answer at the end of input, however often one asks', async () => {
    const { questions, input } = terminal(isTTY);
    const first = questions.ask('organization? ');
    input.end('acme\n');
    expect(await first).toBe('acme');
    expect(await questions.ask('issuer? ')).toBeUndefined();
    expect(await questions.ask('repository? ')).toBeUndefined();
  });
});

describe('questions at a terminal', () => {
  it('end with Ctrl-C', async () => {
    const { questions, input, interruptions } = terminal(true);
    const asked = questions.ask('organization? ');
    input.write('\u0003');
    await new Promise((resolve) => setImmediate(resolve));
    expect(interruptions()).toBe(1);
    questions.close();
    expect(await asked).toBeUndefined();
  });
});
