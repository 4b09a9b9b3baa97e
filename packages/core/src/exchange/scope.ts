import { err, ok, type Result } from '../result.ts';
import { hasOpaqueForm } from '../token/opaque.ts';
import type { TokenType } from '../token/token-type.ts';
import type { Target } from './model.ts';

/**
 * Scope names the target of an exchange. It must never widen: what is parsed is what is granted, character for
 * character, and a list of scopes is refused rather than cut down to its first.
 */

/**
 * A name in a scope: RFC 6749 section 3.3 allows visible ASCII without quote and backslash; the comma is left out
 * too, because old clients separate scopes by it and a list must not pass for one odd name.
 */
const NAME = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/;

/**
 * The target that `scope` names for a token of this type. Absent and empty are the same.
 * Organization: nothing or `admin`; team: `team:NAME`; personal: `user:LOGIN`; runner: `runner:NAME`.
 */
export function parseScope(type: TokenType, scope: string | undefined): Result<Target, 'request.scope'> {
  const text = scope ?? '';
  switch (type) {
    case 'organization':
      if (text !== '' && text !== 'admin') return err('request.scope');
      return ok({ type, admin: text === 'admin' });
    case 'team':
      return named(text, 'team:', (team) => ({ type, team }));
    case 'personal':
      return named(text, 'user:', (login) => ({ type, login }));
    case 'runner':
      return named(text, 'runner:', (runner) => ({ type, runner }));
  }
}

const PREFIXES: readonly (readonly [string, TokenType])[] = [
  ['team:', 'team'],
  ['user:', 'personal'],
  ['runner:', 'runner'],
];

/** The target that `scope` names where the request has no type of ours: the type follows from the scope. */
export function targetOfScope(scope: string | undefined): Result<Target, 'request.scope'> {
  const type = PREFIXES.find(([prefix]) => scope?.startsWith(prefix))?.[1] ?? 'organization';
  return parseScope(type, scope);
}

function named(
  text: string,
  prefix: string,
  target: (name: string) => Target,
): Result<Target, 'request.scope'> {
  const name = text.slice(prefix.length);
  // A token where a name belongs (two variables swapped in a script) would be kept with the decision, in clear.
  if (!text.startsWith(prefix) || !NAME.test(name) || hasOpaqueForm(name)) return err('request.scope');
  return ok(target(name));
}

/** Writes a target the way {@link parseScope} reads it. */
export function printScope(target: Target): string {
  switch (target.type) {
    case 'organization':
      return target.admin ? 'admin' : '';
    case 'team':
      return `team:${target.team}`;
    case 'personal':
      return `user:${target.login}`;
    case 'runner':
      return `runner:${target.runner}`;
  }
}
