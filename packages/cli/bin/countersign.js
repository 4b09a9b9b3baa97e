#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { candidates, findNode, isNewEnough, NEEDED_MAJOR, runInstead } from './runtime.js';

const script = fileURLToPath(import.meta.url);
const program = join(dirname(script), '..', 'dist', 'main.cjs');

if (!isNewEnough(process.versions.node)) {
  const node = findNode(candidates(dirname(script), process));
  if (node) runInstead(node, script, process.argv.slice(2));
  else {
    fail(
      `this is Node ${process.versions.node}, and countersign needs Node ${NEEDED_MAJOR} or later.\n` +
        `Run "npm ci" at the root of the repository, which installs one beside it, or install Node ${NEEDED_MAJOR}.`,
    );
  }
} else if (!existsSync(program)) {
  fail('the program has not been built. Run "npm run build" at the root of the repository.');
} else {
  const { main } = createRequire(script)(program);
  process.exitCode = await main(process.argv.slice(2));
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`countersign: ${message}\n`);
  process.exitCode = 2;
}
