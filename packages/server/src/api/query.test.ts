import { describe, expect, it } from 'vitest';
import type { ServiceRequest } from '../http/message.ts';
import { readQuery } from './query.ts';

const read = (query: string) => readQuery({ query } as ServiceRequest, ['subject']);

describe('the query of a list', () => {
  it('is what is named, within its bounds', () => {
    const value = 'x'.repeat(1024);
    expect(read(`subject=${value}&maxResults=1000&continuationToken=t`)).toEqual({
      ok: true,
      value: { values: { subject: value }, maxResults: 1000, continuationToken: 't' },
    });
    expect(read('')).toEqual({ ok: true, value: { values: {}, maxResults: 100 } });
  });

  it.each([
    `subject=${'x'.repeat(1025)}`,
    'subject=a&subject=b',
    'maxResults=0',
    'maxResults=1001',
    'maxResults=1e3',
    'maxResults=',
    'issuer=a',
    '__proto__=a',
  ])('is refused beyond them: %s', (query) => {
    expect(read(query).ok).toBe(false);
  });

  it('says nothing back that is no plain word', () => {
    expect(read('%3Cb%3E=1')).toEqual({ ok: false, error: 'A parameter is not a parameter of this list.' });
  });
});
