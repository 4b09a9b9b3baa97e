import { foldCase } from '../../principal.ts';
import { isObject, type Json } from '../../claims.ts';
import type { Problem } from '../../result.ts';
import type { Matcher } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { checked, refuse, type Path } from './claim-test.ts';

/**
 * The operators of PPL. A bare value stands for one of them; several in one object must all hold. An operator is
 * read to a matcher that is always positive, and a flag: how a negation treats nobody is the block's business.
 */

export interface Operand {
  readonly matcher: Matcher;
  readonly negated: boolean;
}

/** A family of operators: which one a bare value means, and how each reads its value (a text says what is wrong). */
export interface OperatorFamily {
  readonly bare: string;
  readonly names: readonly string[];
  readonly read: (operator: string, value: Json) => Operand | string;
}

const TEXT_NAMES = ['is', 'contains', 'starts_with', 'ends_with', 'in', 'not_in', 'not'];
const LIST_NAMES = ['has', 'is', 'exclude'];

/** Operators on a text. */
export const TEXT: OperatorFamily = {
  bare: 'is',
  names: TEXT_NAMES,
  read: (operator, value) => textOperand(operator, value, (text) => text),
};

/** Operators on an email address or domain: both sides in lower case (A–Z alone, see `foldCase`). */
export const FOLDED_TEXT: OperatorFamily = {
  bare: 'is',
  names: TEXT_NAMES,
  read: (operator, value) => {
    const operand = textOperand(operator, value, foldCase);
    return typeof operand === 'string'
      ? operand
      : { ...operand, matcher: { kind: 'folded', of: operand.matcher } };
  },
};

/** Operators on a method. In small letters it would never match, and a deny of it never hold (RFC 9110 section 9.1). */
export const METHOD: OperatorFamily = {
  ...TEXT,
  read: (operator, value) => {
    const written: readonly Json[] = Array.isArray(value) ? value : [value];
    if (written.some((text) => typeof text === 'string' && /[a-z]/.test(text)))
      return 'a method is written in capitals';
    return TEXT.read(operator, value);
  },
};

const TOKEN_TYPES = ['organization', 'team', 'personal', 'runner', 'session', 'service'];

/** Operators on a type of token: the list is closed, so a name that is not in it is a mistake. */
export const TOKEN_TYPE: OperatorFamily = {
  bare: 'is',
  names: ['is', 'in', 'not_in', 'not'],
  read: (operator, value) => {
    const written: readonly Json[] = Array.isArray(value) ? value : [value];
    const isKnown = written.every((type) => typeof type === 'string' && TOKEN_TYPES.includes(type));
    return isKnown ? TEXT.read(operator, value) : `expected one of ${TOKEN_TYPES.join(', ')}`;
  },
};

/** Operators on an address: one range or a list of them. */
export const ADDRESS: OperatorFamily = {
  bare: 'is',
  names: ['is', 'in', 'not_in', 'not'],
  read: (operator, value) => {
    const ranges: readonly Json[] = Array.isArray(value) ? value : [value];
    if (!ranges.every((range) => typeof range === 'string')) return 'expected a range or a list of ranges';
    return { matcher: { kind: 'cidr', ranges }, negated: operator === 'not' || operator === 'not_in' };
  },
};

/** Operators on a list of texts. */
export const LIST: OperatorFamily = {
  bare: 'has',
  names: LIST_NAMES,
  read: (operator, value) => {
    if (typeof value !== 'string') return `expected a string, got ${kindOf(value)}`;
    if (operator === 'is') return { matcher: { kind: 'only_element', value }, negated: false };
    return {
      matcher: { kind: 'element', of: { kind: 'equals', value } },
      negated: operator === 'exclude',
    };
  },
};

/**
 * Operators on a claim, whose type the policy cannot know. A scalar is taken as the list that holds it alone, since
 * issuers write one group as a text and two as a list. `has`, a bare value, `in` hold when one element does;
 * `exclude`, `not`, `not_in` are their exact opposites; `is` wants that element and no other. `contains`,
 * `starts_with`, `ends_with` are for texts: on a list they cannot be evaluated. Numbers and booleans keep their type.
 */
export const CLAIM: OperatorFamily = {
  bare: 'has',
  names: [...LIST_NAMES, ...TEXT_NAMES.filter((name) => name !== 'is')],
  read: (operator, value) => {
    if (operator === 'in' || operator === 'not_in') {
      if (!Array.isArray(value) || !value.every(isComparable))
        return 'expected a list of strings, numbers or booleans';
      return { matcher: oneElement({ kind: 'one_of', values: value }), negated: operator === 'not_in' };
    }
    if (operator === 'contains' || operator === 'starts_with' || operator === 'ends_with')
      return textOperand(operator, value, (text) => text);
    if (!isComparable(value)) return `expected a string, number or boolean, got ${kindOf(value)}`;
    const equals: Matcher = { kind: 'equals', value };
    if (operator === 'is')
      return { matcher: { kind: 'any', of: [equals, { kind: 'only_element', value }] }, negated: false };
    return { matcher: oneElement(equals), negated: operator === 'exclude' || operator === 'not' };
  },
};

function oneElement(of: Matcher): Matcher {
  return { kind: 'any', of: [of, { kind: 'element', of }] };
}

function textOperand(operator: string, value: Json, fold: (text: string) => string): Operand | string {
  if (operator === 'in' || operator === 'not_in') {
    if (!Array.isArray(value) || !value.every((item: Json) => typeof item === 'string'))
      return 'expected a list of strings';
    return { matcher: { kind: 'one_of', values: value.map(fold) }, negated: operator === 'not_in' };
  }
  if (typeof value !== 'string') return `expected a string, got ${kindOf(value)}`;
  const text = fold(value);
  switch (operator) {
    case 'contains':
      return { matcher: { kind: 'contains', value: text }, negated: false };
    case 'starts_with':
      return { matcher: { kind: 'prefix', value: text }, negated: false };
    case 'ends_with':
      return { matcher: { kind: 'suffix', value: text }, negated: false };
    default:
      return { matcher: { kind: 'equals', value: text }, negated: operator === 'not' };
  }
}

function isComparable(value: Json): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Reads the value of a criterion: a bare value, or an object of operators that must all hold. */
export function readOperators(
  family: OperatorFamily,
  data: Json,
  path: Path,
  problems: Problem[],
): readonly Operand[] {
  if (!isObject(data)) return readOperator(family, family.bare, data, path, problems);
  const entries = Object.entries(data);
  if (entries.length === 0) refuse(problems, path, `expected one or more of ${family.names.join(', ')}`);
  return entries.flatMap(([operator, value]) =>
    readOperator(family, operator, value, [...path, operator], problems),
  );
}

function readOperator(
  family: OperatorFamily,
  operator: string,
  value: Json,
  path: Path,
  problems: Problem[],
): readonly Operand[] {
  if (!family.names.includes(operator)) {
    refuse(problems, path, `unknown operator ${quote(operator)}${suggestion(operator, family.names)}`);
    return [];
  }
  const operand = family.read(operator, value);
  if (typeof operand === 'string') {
    refuse(problems, path, operand);
    return [];
  }
  return checked(operand.matcher, path, problems) === undefined ? [] : [operand];
}
