import { Command } from 'commander';
import { execute, type CommandContext, type Run } from '../../command.ts';
import { configOption } from '../../config-file.ts';
import { tableOrJson } from '../../output.ts';
import { runAuditExport } from './export.ts';
import {
  exportOptions,
  verifyOptions,
  type ExportFlags,
  type ExportOptions,
  type VerifyFlags,
  type VerifyOptions,
} from './options.ts';
import { runAuditVerify } from './verify.ts';

const EXAMPLES = `
Examples:
  $ countersign audit verify --config countersign.yaml
  $ countersign audit verify --since checkpoints-kept-elsewhere.txt
  $ countersign audit export --since 2026-11-01 --until 2026-12-01 > november.jsonl

Both read the storage that the configuration names, whether a server runs on it or not, and change nothing.`;

interface AuditRuns {
  readonly verify: Run<VerifyOptions>;
  readonly export: Run<ExportOptions>;
}

export function auditCommand(
  context: CommandContext,
  runs: AuditRuns = { verify: runAuditVerify, export: runAuditExport },
): Command {
  const verify = new Command('verify')
    .description('Walks the hash chains of the trail, and says what is proved by it and what is not.')
    .addOption(configOption())
    .option('--since <file>', 'checkpoints that were kept elsewhere: proves that nothing was cut since')
    .addOption(tableOrJson())
    .addHelpText('after', '\nExit code 7 at the first record that does not fit; the record is named.')
    .action((flags: VerifyFlags) => execute(context, verifyOptions(flags), runs.verify));
  const exportTo = new Command('export')
    .description('Prints the trail as JSON lines, oldest first.')
    .addOption(configOption())
    .option('--since <time>', 'from this day or time on')
    .option('--until <time>', 'before this day or time')
    .action((flags: ExportFlags) => execute(context, exportOptions(flags), runs.export));
  return new Command('audit')
    .summary('verify and export the audit trail')
    .description('Works on the audit trail of the configured storage.')
    .addHelpText('after', EXAMPLES)
    .addCommand(verify)
    .addCommand(exportTo);
}
