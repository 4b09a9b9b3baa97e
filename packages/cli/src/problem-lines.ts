import { brief } from './printable.ts';
import type { ServerPackage } from './deps.ts';

export type ConfigProblem = Parameters<ServerPackage['formatProblem']>[0];

/**
 * A problem of a configuration for a person: the sentence, and below it what would make the line longer than anybody
 * reads. Programs take the whole of it from `-o json`.
 */
export function problemLines(
  problem: ConfigProblem,
  format: ServerPackage['formatProblem'],
): readonly string[] {
  const line = format(problem);
  const { rule, example } = problem;
  if (rule === 'policy-test') return explained(line);
  const at = example === undefined ? -1 : line.indexOf(EXAMPLE);
  return at < 0 ? [line] : [line.slice(0, at) + EXAMPLE, ...wrapped(Object.entries(example ?? {}))];
}

/** What comes before the claims of a token that would pass and should not. */
const EXAMPLE = '; this token would pass:';

/** An explanation: rules below the sentence, their conditions below the rules. */
function explained(line: string): readonly string[] {
  const [sentence = '', ...steps] = line.split(' | ');
  return [sentence, ...steps.map((step) => (/^[✓✗]/.test(step) ? `    ${step}` : `  ${step}`))];
}

/** Columns of a line, and lines of an example: a claim that a policy pins may be long. */
const WIDTH = 100;
const MOST_LINES = 40;

/** An object of JSON, as many members to a line as fit. */
function wrapped(members: readonly (readonly [string, unknown])[]): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, [name, value]] of members.entries()) {
    const end = index === members.length - 1 ? '}' : ',';
    const member = `${index === 0 ? '{' : ''}${JSON.stringify(name)}:${JSON.stringify(value)}${end}`;
    if (line !== '' && line.length + member.length >= WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? member : ` ${member}`;
  }
  lines.push(line);
  const shown = lines.slice(0, MOST_LINES).map((text) => `  ${brief(text, 1_000)}`);
  return lines.length > MOST_LINES ? [...shown, '  …'] : shown;
}
