import { err, ok, type Problem, type Result } from '../result.ts';
import { canonicalTarget } from './canonical-path.ts';
import { parseHostHeader } from './host.ts';
import type { Route } from './model.ts';
import { readAmbiguous } from './path-exceptions.ts';
import { capture } from './regex/capture.ts';
import { compileRegex, type Program } from './regex/program.ts';

/**
 * What a route changes about path and host on the way to its upstream. It begins with the path that was decided on and
 * ends with one that is as canonical: rewriting must never make a dot segment, `//`, a control character or another
 * host out of what a stranger sent (threat 8).
 */
export interface Rewriting {
  /** Takes the place of the route's prefix. */
  readonly prefixRewrite?: string;
  /** A path that `pattern` takes as a whole becomes `substitution`, where `\1` is what the first group took. */
  readonly regexRewrite?: { readonly pattern: string; readonly substitution: string };
  /** The Host header that the upstream sees. */
  readonly hostRewrite?: string;
}

export interface CompiledRewriting {
  readonly prefix?: string;
  readonly regex?: { readonly program: Program; readonly substitution: readonly (string | number)[] };
  readonly host?: string;
}

/** What a rewriting of a path is about. */
type Rewritten = Pick<Route, 'prefix' | 'path' | 'regex' | 'pathExceptions'>;

/** Compiles what a route says; problems are named by its keys. */
export function compileRewriting(
  route: Rewritten & Pick<Route, 'preserveHostHeader'>,
  { prefixRewrite: prefix, regexRewrite, hostRewrite: host }: Rewriting,
): Result<CompiledRewriting, readonly Problem[]> {
  const problems: Problem[] = [];
  const refuse = (key: string, message: string): void => void problems.push({ path: [key], message });
  if (prefix !== undefined && !isCanonical(prefix)) refuse('prefix_rewrite', 'expected a canonical path');
  if (prefix !== undefined && (route.path !== undefined || route.regex !== undefined))
    refuse('prefix_rewrite', 'needs a prefix: a route by path or regex has none');
  if (prefix !== undefined && regexRewrite !== undefined) refuse('prefix_rewrite', 'excludes regex_rewrite');
  const regex = regexRewrite && compileRegexRewrite(regexRewrite);
  if (regex?.ok === false) refuse('regex_rewrite', regex.error);
  if (host !== undefined && !isAuthority(host))
    refuse('host_rewrite', 'expected a host and optional port, in lower case');
  if (host !== undefined && route.preserveHostHeader) refuse('host_rewrite', 'excludes preserve_host_header');
  if (problems.length > 0) return err(problems);
  return ok({
    ...(prefix === undefined ? {} : { prefix }),
    ...(regex?.ok === true ? { regex: regex.value } : {}),
    ...(host === undefined ? {} : { host }),
  });
}

/**
 * The target for the upstream: the path rewritten, the query as it is. One that rewriting has made ambiguous is
 * refused, as it would have been had it come so.
 */
export function upstreamTarget(
  route: Rewritten,
  rewriting: CompiledRewriting,
  target: string,
): Result<string, 'path.ambiguous'> {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const rewritten = rewrittenPath(route, rewriting, path);
  // Nothing was changed, so nothing has become ambiguous.
  if (rewritten === path) return ok(target);
  if (!mayGoOn(route, rewritten)) return err('path.ambiguous');
  return ok(mark === -1 ? rewritten : `${rewritten}${target.slice(mark)}`);
}

function rewrittenPath(route: Rewritten, { prefix, regex }: CompiledRewriting, path: string): string {
  if (prefix !== undefined) return withPrefix(route.prefix, prefix, path);
  if (regex === undefined) return path;
  const groups = capture(regex.program, path);
  if (groups === undefined) return path;
  return regex.substitution.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}

/** Puts one prefix in the place of another, with one slash between it and what follows. */
export function withPrefix(prefix: string, replacement: string, path: string): string {
  const rest = path.slice(prefix.endsWith('/') ? prefix.length - 1 : prefix.length);
  const whole = `${replacement.replace(/\/$/, '')}${rest}`;
  return whole === '' ? '/' : whole;
}

function isCanonical(path: string): boolean {
  const canonical = canonicalTarget(path);
  return canonical.ok && canonical.value.path === path;
}

function mayGoOn({ pathExceptions = [] }: Rewritten, path: string): boolean {
  if (isCanonical(path)) return true;
  const ambiguous = path.startsWith('/') && !path.includes('?') ? readAmbiguous(path) : undefined;
  return ambiguous?.path === path && ambiguous.needs.every((need) => pathExceptions.includes(need));
}

function isAuthority(text: string): boolean {
  const parsed = parseHostHeader(text);
  if (parsed === undefined) return false;
  return text === (parsed.port === undefined ? parsed.host : `${parsed.host}:${parsed.port}`);
}

function compileRegexRewrite({
  pattern,
  substitution,
}: NonNullable<Rewriting['regexRewrite']>): Result<NonNullable<CompiledRewriting['regex']>, string> {
  const program = compileRegex(pattern);
  if (!program.ok) return program;
  if (!/^\/(?:[!-[\]-~]|\\[0-9])*$/.test(substitution) || /[?#]/.test(substitution))
    return err('a substitution begins with "/" and holds characters of a path, and \\0 to \\9');
  const parts = substitution
    .split(/(\\[0-9])/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('\\') ? Number(part.slice(1)) : part));
  const beyond = parts.find((part) => typeof part === 'number' && part > program.value.groups);
  if (beyond !== undefined) return err(`"\\${beyond}" stands for a group that the pattern does not have`);
  return ok({ program: program.value, substitution: parts });
}

/** The Host header that a route wants; `host` is the one that came. Without one it is the upstream's own. */
export function upstreamHost(
  { rewriting, preserveHostHeader }: Pick<Route, 'preserveHostHeader' | 'rewriting'>,
  host: string,
): string | undefined {
  return rewriting?.host ?? (preserveHostHeader ? host : undefined);
}
