import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { blocks, wholeFiles } from './guide.ts';
import { codes, rowsWith, textOf } from './repository.ts';

/** Every whole file that these guides show is one that `serve` would start with, and lint has nothing to say of it. */
const GUIDES = ['github-actions-to-internal-api', 'coming-from-pomerium', 'coming-from-oauth2-proxy'];

const FILES = GUIDES.flatMap((guide) => wholeFiles(guide).map((text, index) => ({ guide, index, text })));

const folder = mkdtempSync(join(tmpdir(), 'countersign-guides-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  COUNTERSIGN_ADMIN_TOKEN: 'site-administrator-of-the-tests-only',
  IDP_CLIENT_SECRET: 'not-a-real-secret',
};

describe('the guides of the gateway', () => {
  it.each(GUIDES)('%s shows a whole file', (guide) => {
    expect(wholeFiles(guide)).not.toHaveLength(0);
  });

  it.each(FILES)('file $index of $guide passes check, with the words that the guide shows', async (file) => {
    writeFileSync(join(folder, 'countersign.yaml'), file.text);
    const { status, out, errors } = await countersign(['check'], { cwd: folder, env });
    expect([status, errors]).toEqual([0, '']);
    const shown = blocks(file.guide, 'console').join('');
    expect(shown).toContain(`$ npx countersign check\n${out}`);
  });
});

/** A schema, as far as a path of keys walks through it. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const SCHEMA = JSON.parse(textOf('docs/countersign.schema.json')) as Schema & {
  readonly $defs?: Readonly<Record<string, Schema>>;
};

function steps(schema: Schema, name: string): readonly Schema[] {
  const { $ref, anyOf = [], properties = {}, items } = schema;
  const target = $ref === undefined ? undefined : SCHEMA.$defs?.[$ref.replace('#/$defs/', '')];
  const own = name === '[]' ? items : properties[name];
  const further = target === undefined ? anyOf : [...anyOf, target];
  return [...(own === undefined ? [] : [own]), ...further.flatMap((each) => steps(each, name))];
}

/** `routes[].to`: whether the file has such a key. */
function isKey(path: string): boolean {
  const names = path.replaceAll('[]', '.[]').split('.');
  const reach = (schemas: readonly Schema[], name: string) => schemas.flatMap((each) => steps(each, name));
  return names.reduce(reach, [SCHEMA as Schema] as readonly Schema[]).length > 0;
}

describe('the tables of keys', () => {
  const rows = GUIDES.flatMap((guide) =>
    rowsWith(textOf(`docs/guides/${guide}.md`), 'key here').map((row) => [guide, ...row.values()] as const),
  );

  it('are long', () => expect(rows.length).toBeGreaterThan(80));

  it.each(rows)('%s: %s is %s', (_guide, _theirs, ours) => {
    const keys = codes(ours ?? '');
    expect(ours === '–' || (keys.length > 0 && keys.every(isKey))).toBe(true);
  });

  it('could not name a key that is not there', () => {
    expect(['routes[].nothing', 'nothing', 'routes.to', 'tls.certificates[].nothing'].filter(isKey)).toEqual(
      [],
    );
  });
});
