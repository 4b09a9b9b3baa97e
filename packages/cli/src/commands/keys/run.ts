import { ok, type Claims, type Result } from '@countersign/core';
import { callAsAdministrator } from '../../administrator.ts';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import type { CliFailure } from '../../errors.ts';
import { printData, printJson, printNote } from '../../output.ts';
import type { KeysOptions } from './options.ts';
import { ringsText, ringText } from './text.ts';

/** The rings as they are. */
export const runKeysList: Run<KeysOptions> = (options, deps) =>
  show(options, deps, (answer) => ringsText(answer));

/** The next key signs from now on; prints the ring as it is afterwards. */
export const runKeysRotate: Run<KeysOptions> = (options, deps) =>
  show(options, deps, (answer) => ringText(answer));

/** What has to be verified with the key stops being ours. */
export const runKeysRevoke: Run<KeysOptions> = async (options, deps) => {
  const answer = await ask(options, deps);
  if (!answer.ok) return answer;
  printNote(deps, 'The key is revoked: nothing that has to be verified with it is accepted any more.');
  return ok(undefined);
};

async function show(
  options: KeysOptions,
  deps: Deps,
  text: (answer: Claims) => readonly string[],
): ReturnType<Run<KeysOptions>> {
  const answer = await ask(options, deps);
  if (!answer.ok) return answer;
  if (options.format === 'json') printJson(deps, answer.value);
  else for (const line of text(answer.value)) printData(deps, line);
  return ok(undefined);
}

function ask(options: KeysOptions, deps: Deps): Promise<Result<Claims, CliFailure>> {
  return callAsAdministrator({ ...options, what: 'working on keys' }, deps);
}
