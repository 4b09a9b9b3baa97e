import { canonicalResource } from '../../exchange/resource.ts';
import type { Problem } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import type { PolicyMode, TokenFormat, TrustPolicy } from '../model.ts';
import { quote } from '../wording.ts';
import { refuse, type Path } from './claim-test.ts';

/**
 * What a trust policy says of the tokens that it grants: how long, in which format, for which resources. Terms only
 * ever limit. A deny grants nothing, so terms in it are a misunderstanding and are refused, never ignored.
 */
interface GrantTerms {
  readonly maxExpiration?: number;
  readonly format?: TokenFormat;
  /** Canonical, each once. */
  readonly resources?: readonly string[];
}

const FORMATS: readonly TokenFormat[] = ['opaque', 'jwt'];
const MODES: readonly PolicyMode[] = ['enforce', 'audit'];

/** Reads the terms; `path` is where the policy stands. What is wrong is added to `problems` and left out. */
export function readGrantTerms(policy: TrustPolicy, path: Path, problems: Problem[]): GrantTerms {
  const { maxExpiration, format, resources } = policy;
  if (policy.decision === 'deny') {
    for (const [name, value] of Object.entries({ maxExpiration, format, resources }))
      if (value !== undefined)
        refuse(problems, [...path, name], `a deny policy grants nothing, so "${name}" has no meaning in it`);
    return {};
  }
  const seconds = readExpiration(maxExpiration, [...path, 'maxExpiration'], problems);
  const opened = readResources(resources, [...path, 'resources'], problems);
  // Another word for "jwt" must not give an opaque token in silence, nor one for "audit" a policy that decides.
  if (format !== undefined && !FORMATS.includes(format))
    refuse(problems, [...path, 'format'], 'expected "opaque" or "jwt"');
  return {
    ...(seconds === undefined ? {} : { maxExpiration: seconds }),
    ...(format === undefined ? {} : { format }),
    ...(opened === undefined ? {} : { resources: opened }),
  };
}

/** Refuses a mode that is none: read as `enforce` it would decide where somebody only wanted to look. */
export function checkMode({ mode }: TrustPolicy, path: Path, problems: Problem[]): void {
  if (mode !== undefined && !MODES.includes(mode)) refuse(problems, path, 'expected "enforce" or "audit"');
}

function readExpiration(seconds: number | undefined, path: Path, problems: Problem[]): number | undefined {
  if (seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 1)) return seconds;
  return refuse(problems, path, 'expected a whole number of seconds, at least 1');
}

function readResources(
  resources: readonly string[] | undefined,
  path: Path,
  problems: Problem[],
): readonly string[] | undefined {
  if (resources === undefined) return undefined;
  // An empty list would read as "no limit" to one reader and as "nothing" to another.
  if (resources.length === 0 || resources.length > BOUNDS.resources)
    return refuse(problems, path, `expected 1 to ${BOUNDS.resources} resources, got ${resources.length}`);
  const canonical = new Set<string>();
  for (const [index, resource] of resources.entries()) {
    const read = canonicalResource(resource);
    if (read === undefined)
      refuse(problems, [...path, index], `expected an absolute http or https URL, got ${quote(resource)}`);
    else canonical.add(read);
  }
  return [...canonical];
}
