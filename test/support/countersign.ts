import { main } from '../../packages/cli/src/main.ts';

/** The command line from its sources, as a process: what `bin/countersign.js` does with what has been compiled. */
process.exitCode = await main(process.argv.slice(2));
