/**
 * Resources (RFC 8707 section 2): absolute URIs that name what a token is to open. Ours are URLs of routes. Two
 * spellings of one URL must be one resource, and what needs repair is none: a resource that were read generously could
 * name a route that nobody asked for.
 */

const RESOURCE =
  /^(https?):\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?(\/[A-Za-z0-9._~!$&'()*+,;=:@/-]{0,1024})?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * The canonical form: scheme and host in lower case, no default port, no final slash. `undefined` for what is not an
 * absolute http URL without credentials, query and fragment, or whose path has dot segments or empty ones.
 */
export function canonicalResource(text: string): string | undefined {
  const parts = RESOURCE.exec(text);
  if (!parts) return undefined;
  const scheme = (parts[1] ?? '').toLowerCase();
  const host = (parts[2] ?? '').toLowerCase();
  const port = parts[3] === undefined || parts[3] === DEFAULT_PORTS[scheme] ? '' : `:${parts[3]}`;
  const path = (parts[4] ?? '').replace(/\/$/, '');
  if (
    path
      .split('/')
      .slice(1)
      .some((segment) => segment === '' || segment === '.' || segment === '..')
  )
    return undefined;
  return `${scheme}://${host}${port}${path}`;
}

/** How many resources a request may name. */
export const MAX_RESOURCES = 16;

/** The canonical forms of what a request names, each once; `undefined` when one is no resource, or they are too many. */
export function canonicalResources(resources: readonly string[]): readonly string[] | undefined {
  if (resources.length > MAX_RESOURCES) return undefined;
  const canonical = resources.map(canonicalResource);
  return canonical.every((resource) => resource !== undefined) ? [...new Set(canonical)] : undefined;
}

/**
 * What a token is limited to: exactly what was asked for, else what the rules that allowed open, together. Allows
 * join, and one that names no resources opens everything: then, and only then, the answer without a request is the
 * empty list, "no limit". `undefined`: nothing is left to open.
 *
 * @param asked canonical, each once
 * @param opened rule id → its resources; a rule that opens everything is absent
 * @param existing resources of the organization
 */
export function grantedResources(
  asked: readonly string[],
  determining: readonly string[],
  opened: ReadonlyMap<string, readonly string[]>,
  existing: ReadonlySet<string>,
): readonly string[] | undefined {
  const everything = determining.some((id) => !opened.has(id));
  if (asked.length === 0 && everything) return [];
  const union = new Set(determining.flatMap((id) => opened.get(id) ?? []));
  const isOpen = (resource: string): boolean => existing.has(resource) && (everything || union.has(resource));
  if (asked.length > 0) return asked.every(isOpen) ? asked : undefined;
  // A limit of which nothing exists any more must not turn into "no limit".
  const granted = [...union].filter(isOpen).sort();
  return granted.length > 0 ? granted : undefined;
}
