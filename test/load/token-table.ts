import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newId } from '../../packages/server/src/audit/decision-id.ts';
import type { TokenRecord } from '../../packages/server/src/tokens/model.ts';
import { TokenTable } from '../../packages/server/src/tokens/token-table.ts';
import { githubClaims } from './github-claims.ts';

/**
 * What the table of live tokens weighs and how fast it answers, in a process of its own: tokens of GitHub's claims, every
 * one with another `run_id`, of a thousand subjects under a few policies, with the claims kept that a route reads.
 */
export interface TokenTableFigures {
  /** Megabytes of resident memory above the same process with an empty table. */
  readonly megabytes: number;
  /** Megabytes of heap and array buffers above the same. */
  readonly heapMegabytes: number;
  /** Look-ups by hash a second, of known tokens in random order. */
  readonly lookUps: number;
  /** The same with the hash of the value, as a request pays it. */
  readonly lookUpsOfValues: number;
}

const run = promisify(execFile);

export async function measureTokenTable(count = 1_000_000): Promise<TokenTableFigures> {
  const file = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', YOUNG_GENERATION, '--conditions=source', file, String(count)];
  const { stdout } = await run(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  });
  return JSON.parse(stdout) as TokenTableFigures;
}

/** Held small: V8 gives it up to 64 MB when anything allocates at this rate, and that memory is not the tokens'. */
const YOUNG_GENERATION = '--max-semi-space-size=2';

const SUBJECTS = 1000;
const LOOK_UPS = 2_000_000;
const SAMPLE = 100_000;

function recordOf(token: number): TokenRecord {
  const bytes = hash('sha256', `id ${token}`, 'buffer').subarray(0, 10);
  const repository = `shop-${token % SUBJECTS}`;
  const subject = `repo:acme/${repository}:ref:refs/heads/main`;
  const issuedAt = 1_800_000_000 + (token % 7200);
  return {
    id: newId('tok', issuedAt * 1000, bytes),
    prefix: 'cst',
    principal: {
      kind: 'team',
      organization: 'acme',
      team: `team-${token % 20}`,
      vouchedBy: { kind: 'organization', organization: 'acme' },
    },
    organization: 'acme',
    issuer: 'iss_01J0ABCDEFGHJKMNPQRSTVWXYZ',
    subject,
    claims: { ...githubClaims(token), sub: subject, repository },
    exchange: newId('dec', issuedAt * 1000, bytes),
    policies: [`pol_${token % 5}`],
    resources: [],
    format: 'opaque',
    issuedAt,
    expiresAt: issuedAt + 7200,
  };
}

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

function measure(count: number): TokenTableFigures {
  const fill = (size: number): TokenTable => {
    const table = new TokenTable({ claimPaths: [['sub'], ['repository'], ['environment']] });
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
    lookUpsOfValues: perSecond(LOOK_UPS, (turn) =>
      look(hash('sha256', values[turn % SAMPLE] ?? '', 'buffer')),
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = measure(Number(process.argv[2] ?? 1_000_000));
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
