import { describe, expect, it } from 'vitest';
import { writableLines } from './hop-by-hop.ts';

describe('lines that are written', () => {
  it('are without those that could break out of their line', () => {
    const lines = writableLines([
      ['X-Name', 'Ada\r\nX-Admin: 1'],
      ['X-Nul', 'a\0'],
      // Written as Latin-1, U+010D and U+010A become CR and LF.
      ['X-Wide', 'a\u010d\u010ab'],
      ['X-Good', 'Zo\u00eb, 1'],
    ]);
    expect(lines).toEqual([['X-Good', 'Zo\u00eb, 1']]);
  });
});
