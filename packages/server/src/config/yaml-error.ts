import type { YAMLError } from 'yaml';

/**
 * Faults of the YAML text in our own words. The parser's words quote the text, and the text may be a secret whose
 * quotes were forgotten; so only its codes are used.
 */
export interface SyntaxProblem {
  readonly message: string;
  /** Index in the text. */
  readonly offset: number;
}

const MESSAGES: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'an alias takes no anchor and no tag',
  BAD_ALIAS: 'expected the name of an anchor after "*"; text that begins so needs quotes',
  BAD_COLLECTION_TYPE: 'expected another kind of collection for this tag',
  BAD_DIRECTIVE: 'a directive that YAML 1.2 does not know',
  BAD_DQ_ESCAPE:
    'an escape that double quotes do not know; write "\\\\" for a backslash, or use single quotes',
  BAD_INDENT: 'expected another indentation, or the end of a list or mapping',
  BAD_PROP_ORDER: 'expected anchors and tags after the indicator',
  BAD_SCALAR_START: 'text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second ":" on one line; text with a ":" before a space or at its end needs quotes',
  BLOCK_IN_FLOW: 'expected no indented block inside [ ] or { }',
  DUPLICATE_KEY: 'expected each key once',
  IMPOSSIBLE: 'expected YAML',
  KEY_OVER_1024_CHARS: 'expected a key of at most 1024 characters',
  MISSING_CHAR: 'expected a closing bracket, quote or separator',
  MULTILINE_IMPLICIT_KEY: 'expected a key on one line',
  MULTIPLE_ANCHORS: 'expected at most one anchor',
  MULTIPLE_DOCS: 'expected one document; a second "---" begins here',
  MULTIPLE_TAGS: 'expected at most one tag',
  NON_STRING_KEY: 'expected text as a key',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'expected spaces: YAML takes no tabs for indentation',
  TAG_RESOLVE_FAILED: 'tags are not used here',
  UNEXPECTED_TOKEN: 'expected the end of the value; text that holds { } [ ] , # needs quotes',
};

export function syntaxProblem(error: YAMLError): SyntaxProblem {
  return { message: MESSAGES[error.code], offset: error.pos[0] };
}
