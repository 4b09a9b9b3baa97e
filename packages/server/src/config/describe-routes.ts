import {
  accessWords,
  describeAccess,
  type AccessDescription,
  type DescribedNode,
  type Route,
  type RuleDescription,
} from '@countersign/core';
import type { LoadedConfig } from './load.ts';
import { optional } from './optional.ts';
import { pathOfRule } from './rule-path.ts';

/**
 * Routes in plain words: what each answers for, whom it takes, and by which rule, with the places of the file. It reads
 * the compiled routes that the gateway decides by, and never the text; what a variable brought is not shown.
 */
export interface DescribedRoute extends Place {
  readonly name: string;
  /** `https://orders.acme.example` */
  readonly from: string;
  /** Exactly one of the three. */
  readonly prefix?: string;
  readonly path?: string;
  readonly regex?: string;
  /** Whose principals may come; absent where nobody is asked. */
  readonly organizations?: readonly string[];
  /** `ORGANIZATION/ISSUER` whose tokens are taken as they are. */
  readonly issuers?: readonly string[];
  readonly passes: AccessDescription['passes'];
  /** `passes` in words. */
  readonly summary: string;
  readonly rules: readonly DescribedRule[];
}

export interface DescribedRule extends RuleDescription, Place {}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `routes`: of the snapshot that was compiled from this configuration, in the same order. */
export function describeRoutes(
  { config, locate }: Pick<LoadedConfig, 'config' | 'locate'>,
  routes: readonly Route[],
): readonly DescribedRoute[] {
  return routes.map((route, index): DescribedRoute => {
    const at = (path: readonly (string | number)[]): Place => placeAt(locate, ['routes', index, ...path]);
    const access = describeAccess(route.policy);
    return {
      name: route.name,
      ...at(['name']),
      from: config.routes[index]?.from.text ?? '',
      ...pathsOf(route),
      ...(route.access === 'public' ? {} : { organizations: route.organizations }),
      ...optional('issuers', route.issuers),
      passes: access.passes,
      summary: accessWords(access),
      rules: access.rules.map((rule) => ({
        ...rule,
        when: withoutSecrets(rule.when, locate),
        ...at(pathOfRule(rule.rule)),
      })),
    };
  });
}

function pathsOf({ prefix, path, regex }: Route): Pick<DescribedRoute, 'prefix' | 'path' | 'regex'> {
  if (path !== undefined) return { path };
  return regex === undefined ? { prefix } : { regex };
}

type Locate = LoadedConfig['locate'];

function placeAt(locate: Locate, path: readonly (string | number)[]): Place {
  const { file, line, column } = locate({ path, message: '' });
  return { file, line, column };
}

/** Sentences are messages like any other: no value that a variable brought is in one. */
function withoutSecrets(node: DescribedNode, locate: Locate): DescribedNode {
  if ('of' in node) return { ...node, of: node.of.map((child) => withoutSecrets(child, locate)) };
  return { ...node, text: locate({ path: [], message: node.text }).message };
}
