import { directoryName, organizationName } from '@countersign/core/api-model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { name, organizationName as organizationOfFile } from '../config/schema/scalar.ts';
import type { ServiceRequest } from '../http/message.ts';
import { pageOf } from './directory.ts';
import type { ApiCall } from './operation.ts';

const asking = (query: string) => ({ request: { query } as ServiceRequest }) as ApiCall;
const things = new Map(['c', 'a', 'B', 'b'].map((key) => [key, key.toUpperCase()]));

describe('a list of the directory', () => {
  it('is given page by page, each thing once, in the order of names', () => {
    const seen: string[] = [];
    let token = '';
    for (let pages = 0; pages < 4; pages += 1) {
      const page = pageOf(asking(`maxResults=1${token}`), things, []);
      if (!page.ok) throw new Error(page.error.body);
      seen.push(...page.value.items);
      const { continuationToken } = page.value.continuation;
      token = `&continuationToken=${continuationToken ?? ''}`;
      expect(continuationToken === undefined).toBe(pages === 3);
    }
    expect(seen).toEqual(['B', 'A', 'B', 'C']);
  });

  it('goes on after a name that is gone', () => {
    const page = pageOf(asking('continuationToken=aa'), things, []);
    expect(page).toMatchObject({ ok: true, value: { items: ['B', 'C'], continuation: {} } });
  });

  it.each(['continuationToken=a%20b', 'continuationToken=', 'maxResults=1001', 'kind=x'])(
    'is refused where the query is not understood: %s',
    (query) => {
      expect(pageOf(asking(query), things, ['type'])).toMatchObject({ ok: false, error: { status: 400 } });
    },
  );
});

describe('a name over the API', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9._-]{0,101}$/));

  it('is what the file takes for one', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(directoryName.safeParse(given).success).toBe(name.safeParse(given).success);
        expect(organizationName.safeParse(given).success).toBe(organizationOfFile.safeParse(given).success);
      }),
    );
  });
});
