import { err, ok, type Result } from '@countersign/core';
import { isId } from './audit/decision-id.ts';
import { explainDecision, type DecisionExplanation } from './audit/explain-decision.ts';
import { loadConfigFile } from './config/load.ts';
import { readTextFile } from './config/text-file.ts';
import { openFailureMessage } from './open-failure.ts';
import type { StartFailure } from './start-failure.ts';
import { openSqliteReadOnly } from './storage/engine/sqlite.ts';
import { findDecision, parseDecision } from './storage/repositories/decisions.ts';

/**
 * `explain --offline`: a stored decision, explained without a server and without sending anything. The database is
 * opened read-only and may belong to a running `serve`.
 */
export async function explainFromStorage(options: {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly decision: string;
}): Promise<Result<DecisionExplanation | undefined, StartFailure>> {
  const loaded = await loadConfigFile({
    file: options.configFile,
    env: options.env,
    readFile: readTextFile,
  });
  if (!loaded.ok) return err({ kind: 'configuration', problems: loaded.error });
  const { storage } = loaded.value.config;
  if ('memory' in storage)
    return err({ kind: 'storage', message: 'storage in memory leaves nothing to explain' });
  const database = await openSqliteReadOnly(storage.path);
  if (!database.ok)
    return err({ kind: 'storage', message: openFailureMessage(storage.path, database.error) });
  try {
    if (!isId('dec', options.decision)) return ok(undefined);
    const rows = await database.value.read(findDecision(options.decision));
    const row = rows.ok ? rows.value[0] : undefined;
    if (!rows.ok) return err({ kind: 'storage', message: `${storage.path} cannot be read` });
    if (!row) return ok(undefined);
    const explained = await explainDecision({ reader: database.value }, { record: parseDecision(row) });
    return explained.ok ? explained : err({ kind: 'storage', message: `${storage.path} cannot be read` });
  } finally {
    await database.value.close();
  }
}
