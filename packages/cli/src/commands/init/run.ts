import { dirname, join } from 'node:path';
import { err, ok, type Result } from '@countersign/core';
import type { Run } from '../../command.ts';
import type { Deps } from '../../deps.ts';
import { usage, type CliFailure } from '../../errors.ts';
import { printData, printNote } from '../../output.ts';
import { printable } from '../../printable.ts';
import { configurationFailure } from '../../start-failure.ts';
import {
  ADDRESS,
  MOST_QUESTIONS,
  openQuestions,
  planOf,
  problemOf,
  type InitFlags,
  type InitPlan,
  type Question,
} from './answers.ts';
import { firstConfiguration, SCHEMA_FILE } from './yaml.ts';

export interface InitOptions {
  readonly flags: InitFlags;
  readonly file: string;
  readonly force: boolean;
  /** `--yes`: nothing is asked. */
  readonly yes: boolean;
}

/** Writes a first configuration that `check` has nothing to say about, or nothing. */
export const runInit: Run<InitOptions> = async ({ flags, file, force, yes }, deps) => {
  // Before anybody answers five questions for nothing.
  if (!force && (await deps.fileExists(file))) return err(alreadyThere(file));
  const answered = yes ? ok(flags) : await ask(flags, deps).finally(() => deps.questions.close());
  if (!answered.ok) return answered;
  // First what is wrong: a flag that means nothing here must not be complained of only once the others are there.
  const problem = problemOf(answered.value);
  if (problem !== undefined) return err(usage(problem));
  const missing = openQuestions(answered.value);
  if (missing.length > 0)
    return err(usage('init needs to know more.', ...missing.map(({ text, flag }) => `${flag}  ${text}`)));
  const plan = planOf(answered.value);
  const text = firstConfiguration(plan);
  const checked = await check(file, text, deps);
  if (!checked.ok) return checked;
  const written = await deps.writeFile(file, text, { replace: force });
  if (!written.ok)
    return err(written.error === 'exists' ? alreadyThere(file) : cannotWrite(file, written.error));
  printData(deps, printable(file));
  await writeSchema(file, force, deps);
  for (const line of nextSteps(file, plan)) printNote(deps, line);
  return ok(undefined);
};

/** The JSON Schema that the first line of the file names, for editors. One that is there already is left alone. */
async function writeSchema(file: string, force: boolean, deps: Deps): Promise<void> {
  const server = await deps.loadServer();
  const schema = join(dirname(file), SCHEMA_FILE);
  const written = await deps.writeFile(schema, server.configJsonSchema(), { replace: force });
  if (written.ok) printData(deps, printable(schema));
  else if (written.error !== 'exists')
    printNote(deps, `${printable(schema)} was not written: ${written.error}`);
}

/** On a terminal; elsewhere nobody could answer, and waiting for it would hang a pipeline. */
async function ask(given: InitFlags, deps: Deps): Promise<Result<InitFlags, CliFailure>> {
  if (!deps.isInteractive)
    return err(usage('there is no terminal to ask on. Give --yes and the flags of "init --help".'));
  let flags = given;
  for (let asked = 0; asked < MOST_QUESTIONS; asked += 1) {
    const question = openQuestions(flags)[0] ?? (flags.url === undefined ? ADDRESS : undefined);
    if (question === undefined) break;
    const answer = await answerOf(question, flags, deps);
    if (!answer.ok) return answer;
    flags = answer.value;
  }
  return ok(flags);
}

const TRIES = 3;

async function answerOf(
  question: Question,
  flags: InitFlags,
  deps: Deps,
): Promise<Result<InitFlags, CliFailure>> {
  const { text, fallback } = question;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const typed = await deps.questions.ask(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    if (typed === undefined) break;
    const filled = question.fill(flags, typed.trim() || (fallback ?? ''));
    const problem = problemOf(filled);
    if (problem === undefined) return ok(filled);
    printNote(deps, problem);
  }
  return err(usage(`there is no answer to use. Give ${question.flag}.`));
}

/** Stands in for the token while the file is looked at: the real one need not be set yet. */
const ANY_TOKEN = 'x'.repeat(32);

/** What is not good enough for `check` is not written: the answers make no sense together. */
async function check(file: string, text: string, deps: Deps): Promise<Result<void, CliFailure>> {
  const server = await deps.loadServer();
  const loaded = await server.loadConfigFile({
    file,
    env: { COUNTERSIGN_ADMIN_TOKEN: ANY_TOKEN },
    readFile: () => ok(text),
  });
  const problems = loaded.ok ? loaded.value.findings : loaded.error;
  return problems.length === 0 ? ok(undefined) : err(configurationFailure(problems, server.formatProblem));
}

function alreadyThere(file: string): CliFailure {
  return usage(`${printable(file)} is there already; --force replaces it.`);
}

function cannotWrite(file: string, reason: string): CliFailure {
  return usage(`${printable(file)} cannot be written: ${reason}`);
}

function nextSteps(file: string, { organization, url }: InitPlan): readonly string[] {
  const shown = printable(file);
  return [
    '',
    'Next:',
    '  $ export COUNTERSIGN_ADMIN_TOKEN="$(openssl rand -base64 32)"     keep it: it administers the site',
    `  $ countersign check --config ${shown}`,
    `  $ countersign serve --config ${shown}`,
    `Jobs ask their platform for a token with the audience urn:countersign:org:${organization}, and exchange it:`,
    `  $ countersign exchange --url ${url} --org ${organization} --token-file id-token`,
  ];
}
