import { err, type Problem, type Result } from '../result.ts';
import type { Route } from './model.ts';
import type { PathIndex } from './path-index.ts';
import { commonText } from './regex/overlap.ts';
import { compileRegex, type Program } from './regex/program.ts';

/**
 * Routes by regular expression, when they are compiled. Two that take one path would leave it to chance which policy
 * is asked, so that is refused, and the path is named. Their programs are bounded for each host, because a request to
 * it may have to go through all of them.
 */
export const MAX_HOST_PROGRAM = 2_000;

/** Every path begins so. */
const PATHS = compileRegex('/.*');

/** The program of a route's regex; it has to take a path at all. */
export function regexProgram(regex: string): Result<Program, string> {
  const compiled = compileRegex(regex);
  if (!compiled.ok || !PATHS.ok) return compiled;
  if (commonText(compiled.value, PATHS.value) !== undefined) return compiled;
  return err('takes no path: every path begins with "/"');
}

/** What is wrong with the regex of a route, if anything. */
export function regexFault(regex: string): string | undefined {
  const program = regexProgram(regex);
  return program.ok ? undefined : program.error;
}

/** Adds a route; what is wrong with it among those that stand there. */
export function addRegex(index: PathIndex, route: Route, program: Program): readonly Problem[] {
  const used = index.regexes.reduce((sum, each) => sum + each.program.instructions.length, 0);
  if (used + program.instructions.length > MAX_HOST_PROGRAM)
    return fault(`the regexes of one host compile to at most ${MAX_HOST_PROGRAM} steps together`);
  for (const other of index.regexes) {
    const both = commonText(program, other.program);
    if (both !== undefined)
      return fault(`takes ${JSON.stringify(both)}, as route "${other.route.name}" does`);
  }
  index.regexes.push({ route, program });
  return [];
}

function fault(message: string): readonly Problem[] {
  return [{ path: ['regex'], message }];
}
