import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TokenTable } from '../../packages/server/src/tokens/token-table.ts';
import { SAMPLES, type Sample } from './token-samples.ts';

/** What the table of live tokens weighs and how fast it answers, in a process of its own, with the claims kept that routes read. */
export interface TokenTableFigures {
  /** Megabytes of resident memory above the same process with an empty table. */
  readonly megabytes: number;
  /** Megabytes of heap and array buffers above the same. */
  readonly heapMegabytes: number;
  /** Look-ups by hash a second, of known tokens in random order. */
  readonly lookUps: number;
  /** The same of a thousand of them, one after the other: whoever is at work sends more than one request. */
  readonly lookUpsInUse: number;
  /** The same with the hash of the value, as a request pays it. */
  readonly lookUpsOfValues: number;
}

const run = promisify(execFile);

export async function measureTokenTable(
  count = 1_000_000,
  sample: Sample = 'exchanged',
): Promise<TokenTableFigures> {
  const file = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', YOUNG_GENERATION, '--conditions=source', file, String(count), sample];
  const { stdout } = await run(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  });
  return JSON.parse(stdout) as TokenTableFigures;
}

/** Held small: V8 gives it up to 64 MB when anything allocates at this rate, and that memory is not the tokens'. */
const YOUNG_GENERATION = '--max-semi-space-size=2';

const CLAIM_PATHS = {
  exchanged: [['sub'], ['repository'], ['environment']],
  session: [['department']],
} as const;
const LOOK_UPS = 2_000_000;
const SAMPLE = 100_000;
const IN_USE = 1000;

const valueOf = (token: number): string => `cst_${String(token).padStart(38, '0')}`;
const hashOf = (token: number): Uint8Array => hash('sha256', valueOf(token), 'buffer');

interface Memory {
  readonly resident: number;
  readonly held: number;
}

/** Bytes, after everything that can go has gone. */
function memory(): Memory {
  for (let round = 0; round < 4; round += 1) globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { resident: rss, held: heapUsed + arrayBuffers };
}

function perSecond(times: number, work: (turn: number) => void): number {
  const from = performance.now();
  for (let turn = 0; turn < times; turn += 1) work(turn);
  return (times / (performance.now() - from)) * 1000;
}

function measure(count: number, kind: Sample): TokenTableFigures {
  const recordOf = SAMPLES[kind];
  const fill = (size: number): TokenTable => {
    const table = new TokenTable({ claimPaths: CLAIM_PATHS[kind] });
    for (let token = 0; token < size; token += 1) table.insert(hashOf(token), recordOf(token));
    return table;
  };
  // Once in small: what the code itself takes is not the tokens' either.
  fill(10_000);
  const before = memory();
  const table = fill(count);
  const after = memory();
  const sample = Array.from({ length: SAMPLE }, (_, at) =>
    Math.floor((at * 0.618_033_988_75 * count) % count),
  );
  const hashes = sample.map(hashOf);
  const values = sample.map(valueOf);
  const look = (sought: Uint8Array | undefined): void => {
    if (!sought || !table.find(sought)) throw new Error('a token is missing');
  };
  perSecond(SAMPLE, (turn) => look(hashes[turn]));
  const megabyte = 1024 * 1024;
  return {
    megabytes: (after.resident - before.resident) / megabyte,
    heapMegabytes: (after.held - before.held) / megabyte,
    lookUps: perSecond(LOOK_UPS, (turn) => look(hashes[turn % SAMPLE])),
    lookUpsInUse: perSecond(LOOK_UPS, (turn) => look(hashes[turn % IN_USE])),
    lookUpsOfValues: perSecond(LOOK_UPS, (turn) =>
      look(hash('sha256', values[turn % SAMPLE] ?? '', 'buffer')),
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kind = process.argv[3] === 'session' ? 'session' : 'exchanged';
  const figures = measure(Number(process.argv[2] ?? 1_000_000), kind);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
