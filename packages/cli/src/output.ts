import { styleText } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';
import type { Deps, Output } from './deps.ts';
import type { CliFailure } from './errors.ts';

/** How things are written: data on standard output, everything else on standard error; colour only where it shows. */

/** A line of data. */
export function printData(deps: Deps, line: string): void {
  deps.stdout.write(`${line}\n`);
}

/** A line for the person who watches. */
export function printNote(deps: Deps, line: string): void {
  deps.stderr.write(`${line}\n`);
}

export function printJson(deps: Deps, value: unknown): void {
  printData(deps, JSON.stringify(value));
}

export function printFailure(deps: Deps, { message, details = [] }: CliFailure): void {
  const label = paint(deps.stderr, deps.env, 'red', 'countersign:');
  printNote(deps, `${label} ${message}`);
  for (const line of details) printNote(deps, `  ${line}`);
}

/** `NO_COLOR` wins over `FORCE_COLOR`, both over the terminal; a dumb terminal has none. */
export function wantsColour(output: Output, env: Deps['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return output.isTTY && env['TERM'] !== 'dumb';
}

export function paint(
  output: Output,
  env: Deps['env'],
  colour: 'red' | 'green' | 'bold',
  text: string,
): string {
  return wantsColour(output, env) ? styleText(colour, text, { validateStream: false }) : text;
}

/** Parser of `-o`: one of `formats`; those that are planned are refused by name, not as a typing mistake. */
export function outputFormat<Format extends string>(
  formats: readonly Format[],
  planned: readonly string[] = [],
): (value: string) => Format {
  return (value) => {
    const format = formats.find((known) => known === value);
    if (format !== undefined) return format;
    const reason = planned.includes(value) ? `${value} is not available yet` : `there is no format ${value}`;
    throw new InvalidArgumentError(`${reason}; use ${formats.join(' or ')}.`);
  };
}

/** `-o` of a command that prints for a person or for a program. */
export function tableOrJson(): Option {
  return new Option('-o, --output <format>', 'table or json')
    .argParser(outputFormat(['table', 'json'], ['yaml']))
    .default('table');
}

export type TableOrJson = 'table' | 'json';
