import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { exchangeTargets } from './exchange.ts';
import { loopDelay, pinned, round, type Measured, type Target } from './frame.ts';
import { measureFloods } from './flood.ts';
import { gatewayTargets } from './gateway.ts';
import { medians, owedLines, table, type Figures, type Owed, type Report } from './report.ts';

/**
 * `npm run bench [-- exchange|gateway|flood] [--rounds N] [--connections N] [--seconds N]`: prints a table and writes the
 * raw rounds to `test/load/results/`. Sends traffic to loopback only, for as long as it says.
 */
const ROWS: Readonly<Record<string, () => Promise<Row>>> = {
  exchange: exchangeTargets,
  gateway: gatewayTargets,
};

export interface Row {
  readonly title: string;
  readonly targets: readonly Target[];
  /** What is owed, from what was measured. */
  readonly owed?: (report: Report) => readonly Owed[] | Promise<readonly Owed[]>;
  readonly dispose: () => Promise<void>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '3' },
  },
});

async function measure(row: Row): Promise<Report> {
  const connections = Number(values.connections);
  const options = { connections, warmUp: 2, seconds: Number(values.seconds) };
  const rounds = row.targets.map((): Measured[] => []);
  for (let number = 0; number < Number(values.rounds); number += 1) {
    for (const [index, target] of row.targets.entries()) rounds[index]?.push(await round(target, options));
  }
  const targets: Figures[] = [];
  for (const [index, target] of row.targets.entries()) {
    const own = rounds[index] ?? [];
    const delay = await loopDelay(target, options);
    targets.push({ name: target.name, rounds: own, median: medians(own), delay });
  }
  return { title: row.title, connections, pinned, targets };
}

const wanted = positionals.length > 0 ? positionals : [...Object.keys(ROWS), 'flood'];
for (const name of wanted) {
  if (name === 'flood') {
    console.log(`${owedLines(await measureFloods(Number(values.rounds)))}\n`);
    continue;
  }
  const create = ROWS[name];
  if (!create) throw new Error(`no such row: ${name}; there is ${Object.keys(ROWS).join(', ')}, flood`);
  const row = await create();
  try {
    const report = await measure(row);
    console.log(`${table(report)}\n`);
    const owed = (await row.owed?.(report)) ?? [];
    if (owed.length > 0) console.log(`${owedLines(owed)}\n`);
    const folder = new URL('./results/', import.meta.url);
    await mkdir(folder, { recursive: true });
    await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify({ ...report, owed }, null, 2)}\n`);
  } finally {
    await row.dispose();
  }
}
