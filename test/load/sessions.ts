import { median } from './median.ts';
import type { Owed } from './report.ts';
import { measureSessionPath } from './session-path.ts';
import { measureTokenTable, type TokenTableFigures } from './token-table.ts';

/** Sessions of browsers beside as many tokens: what they weigh, and what one costs the path of a request. */

const SESSIONS = 100_000;

/** The service host holds one, a route host the other. */
const TOKENS_OF_EACH = 2;

export async function measureSessions(rounds: number): Promise<readonly Owed[]> {
  const tokens: TokenTableFigures[] = [];
  const sessions: TokenTableFigures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    tokens.push(await measureTokenTable(SESSIONS * TOKENS_OF_EACH));
    sessions.push(await measureTokenTable(SESSIONS * TOKENS_OF_EACH, 'session'));
  }
  const of = (figures: readonly TokenTableFigures[], which: keyof TokenTableFigures): number =>
    median(figures.map((one) => one[which]));
  const megabytes = of(sessions, 'megabytes');
  const nanoseconds = (which: 'lookUps' | 'lookUpsInUse'): readonly [number, number] => [
    1e9 / of(sessions, which),
    1e9 / of(tokens, which),
  ];
  const [inUse, tokenInUse] = nanoseconds('lookUpsInUse');
  const [atRandom, tokenAtRandom] = nanoseconds('lookUps');
  return [
    {
      what: '100,000 live sessions of as many people, two tokens each, above idle',
      wanted: '≤ 50 MB',
      measured: `${megabytes.toFixed(0)} MB`,
      met: megabytes <= 50,
    },
    {
      what: 'look-up of a session in use beside that of a token',
      wanted: '≤ 1.1 ×',
      measured: `${(inUse / tokenInUse).toFixed(2)} × (${inUse.toFixed(0)} and ${tokenInUse.toFixed(0)} ns; of people in random order ${atRandom.toFixed(0)} and ${tokenAtRandom.toFixed(0)} ns)`,
      met: inUse <= 1.1 * tokenInUse,
    },
    await measureSessionPath(rounds),
  ];
}
