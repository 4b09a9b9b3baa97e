import { isObject, type Claims, type Json, type LintRule, type Problem } from '@countersign/core';
import type { Place } from './document.ts';

/** What is wrong with a configuration file, and how it is put to whoever wrote it. */
export interface ConfigProblem {
  /** As it was asked for. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `organizations[0].issuers[0].url`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly rule?: RuledProblem['rule'];
  readonly example?: Claims;
}

/** A problem of a file that can be read. */
export interface RuledProblem extends Problem {
  /** Present for what a check has found: a rule of lint, or a policy test that fails. */
  readonly rule?: LintRule | 'policy-test';
  /** Claims of a token that would pass and should not. */
  readonly example?: Claims;
}

/** Something that lint found and that keeps nobody from starting. */
export interface ConfigFinding extends ConfigProblem {
  readonly rule: LintRule;
}

/** `countersign.yaml:12:7 organizations[0].issuers[0].url: expected …` */
export function formatProblem({ file, line, column, path, message }: ConfigProblem): string {
  const where = `${file}:${line}:${column}`;
  return oneLine(path === '' ? `${where} ${message}` : `${where} ${path}: ${message}`);
}

export function configProblem(
  file: string,
  { line, column }: Place,
  { path, message, rule, example }: RuledProblem,
): ConfigProblem {
  return {
    file,
    line,
    column,
    path: formatPath(path),
    message,
    ...(rule === undefined ? {} : { rule }),
    ...(example === undefined ? {} : { example }),
  };
}

/** Keys that hold more than letters, digits and underscores are quoted: `match["kubernetes.io"]`. */
export function formatPath(path: Problem['path']): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(step)) text += `[${JSON.stringify(step.slice(0, 100))}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Keys and file names may hold anything; a terminal must not obey them. */
function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** What sort of value was found, in words. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a mapping';
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as 'string'];
}
