import { describe, expect, it } from 'vitest';
import { MAX_LISTED } from './elements.ts';
import { pageAnswer } from './page.ts';
import { whoPage } from './who-page.ts';

const whoWith = (groups: number): string => {
  const page = whoPage({
    user: 'acme/00u1',
    organizations: [],
    groups: Array.from({ length: groups }, (_, at) => `group-${at}`),
    provider: 'Acme',
    expiresAt: 0,
    host: 'orders.acme.example',
  });
  return pageAnswer(page, { status: 200 }).body;
};

describe('whoPage', () => {
  it('names every group, as long as a person may look through them', () => {
    expect(whoWith(MAX_LISTED)).toContain(`, group-${MAX_LISTED - 1}</bdi>`);
    expect(whoWith(MAX_LISTED + 2)).toContain(`, group-${MAX_LISTED - 1} and 2 more</bdi>`);
  });

  it('says that there is none', () => {
    expect(whoWith(0)).toMatch(/<dt>Groups<\/dt>\s*<dd><bdi>none<\/bdi><\/dd>/);
  });
});
