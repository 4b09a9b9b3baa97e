import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { printFailure, wantsColour } from './output.ts';

describe('colour', () => {
  const stream = { write: () => {}, drained: async () => {} };
  const terminal = { isTTY: true, ...stream };
  const pipe = { isTTY: false, ...stream };

  it.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['a dumb terminal with FORCE_COLOR', terminal, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
    ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['NO_COLOR and FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('on %s', (_name, stream, env, expected) => expect(wantsColour(stream, env)).toBe(expected));

  it('marks a failure on a terminal and nowhere else', () => {
    const [plain, coloured] = [fakeDeps(), fakeDeps({ isTTY: true })];
    const failure = { kind: 'usage', message: 'no' } as const;
    printFailure(plain, failure);
    printFailure(coloured, failure);
    expect(plain.errors()).toBe('countersign: no\n');
    expect(coloured.errors()).toContain('\u001b[31mcountersign:');
  });
});
