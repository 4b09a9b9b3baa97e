import { err, ok } from '@countersign/core';
import type { Run } from '../../command.ts';
import { printData } from '../../output.ts';
import { startFailure } from '../../start-failure.ts';
import type { ExportOptions } from './options.ts';

/** The trail on standard output, an event a line, as it is read: it may be longer than memory. */
export const runAuditExport: Run<ExportOptions> = async ({ config, ...range }, deps) => {
  const server = await deps.loadServer();
  const exported = await server.exportAuditFromStorage(
    { configFile: server.findConfigFile(config, deps.env), env: deps.env, ...range },
    async (line) => {
      printData(deps, line);
      await deps.stdout.drained();
    },
  );
  return exported.ok ? ok(undefined) : err(await startFailure(exported.error, deps));
};
