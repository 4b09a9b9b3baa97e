import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exchangeTargets } from './exchange.ts';
import { loopDelay, round, type Measured, type RoundOptions, type Target } from './frame.ts';
import { measureFloods } from './flood.ts';
import { measureSlowClients } from './flood-gateway.ts';
import { gatewayTargets } from './gateway.ts';
import { generator } from './load.ts';
import { measureSessions } from './sessions.ts';
import { pinned } from './processes.ts';
import { medians, owedLines, table, type Figures, type Owed, type Report } from './report.ts';

/**
 * `npm run bench [-- exchange|gateway|flood|slow|sessions] [--rounds N] [--seconds N] [--warm-up N] [--only TEXT] [--beside DIR]`: prints
 * a table and writes the raw rounds to `test/load/results/`. `--only` measures the targets whose name holds one of the
 * texts, parted by `|`, and writes nothing. `--beside` adds another checkout of this server to the gateway's targets.
 * Sends traffic to loopback only, for as long as it says.
 */
const ROWS: Readonly<Record<string, () => Promise<Row>>> = {
  exchange: exchangeTargets,
  gateway: () => gatewayTargets(values.beside === undefined ? undefined : resolve(values.beside)),
};

export interface Row {
  readonly title: string;
  /** Numbers of connections: the first gives rate and CPU, all give their latency. */
  readonly connections: readonly [number, ...number[]];
  readonly targets: readonly Target[];
  /** Requests before anything counts. */
  readonly warmUp: number;
  /** The delay of the event loop is measured too. */
  readonly loopDelay?: true;
  /** What is owed, from what was measured. */
  readonly owed?: (report: Report) => readonly Owed[] | Promise<readonly Owed[]>;
  readonly dispose: () => Promise<void>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    'warm-up': { type: 'string' },
    only: { type: 'string' },
    beside: { type: 'string' },
  },
});

function wantedOf(targets: readonly Target[]): readonly Target[] {
  const texts = values.only?.split('|');
  return targets.filter(({ name }) => texts?.some((text) => name.includes(text)) ?? true);
}

async function measure(row: Row): Promise<Report> {
  const { title, connections } = row;
  const options: RoundOptions = {
    connections,
    warmUp: Number(values['warm-up'] ?? row.warmUp),
    seconds: Number(values.seconds),
  };
  const wanted = wantedOf(row.targets);
  const rounds = wanted.map((): Measured[] => []);
  for (let number = 0; number < Number(values.rounds); number += 1) {
    for (const [index, target] of wanted.entries()) rounds[index]?.push(await round(target, options));
  }
  const targets: Figures[] = [];
  for (const [index, target] of wanted.entries()) {
    const own = rounds[index] ?? [];
    const delay = row.loopDelay && (await loopDelay(target, options));
    targets.push({ name: target.name, rounds: own, median: medians(own), ...(delay && { delay }) });
  }
  return { title, generator, connections, pinned, targets };
}

/** What is measured in pairs, with and without something, and is owed as a ratio. */
const PAIRS: Readonly<Record<string, (rounds: number) => Promise<readonly Owed[]>>> = {
  flood: measureFloods,
  slow: measureSlowClients,
  sessions: measureSessions,
};

const names = [...Object.keys(ROWS), ...Object.keys(PAIRS)];
for (const name of positionals.length > 0 ? positionals : names) {
  const pairs = PAIRS[name];
  if (pairs) {
    console.log(`${owedLines(await pairs(Number(values.rounds)))}\n`);
    continue;
  }
  const create = ROWS[name];
  if (!create) throw new Error(`no such row: ${name}; there is ${names.join(', ')}`);
  const row = await create();
  try {
    const report = await measure(row);
    console.log(`${table(report)}\n`);
    const owed = values.only === undefined ? ((await row.owed?.(report)) ?? []) : [];
    if (owed.length > 0) console.log(`${owedLines(owed)}\n`);
    if (values.only === undefined) await keep(name, { ...report, owed });
  } finally {
    await row.dispose();
  }
}

async function keep(name: string, results: object): Promise<void> {
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(results, null, 2)}\n`);
}
