import { describe, expect, it } from 'vitest';
import { actions, facts, listed, MAX_LISTED, moment } from './elements.ts';
import { html, textOf } from './html.ts';

describe('moment', () => {
  it('is in UTC, for people and for programs', () => {
    expect(textOf(moment(1_795_352_705))).toBe(
      '<time datetime="2026-11-22T13:05:05Z">2026-11-22 13:05 UTC</time>',
    );
  });

  it.each([Number.NaN, Infinity, 1e300])('has words for %d', (seconds) => {
    expect(textOf(moment(seconds))).toBe('unknown');
  });
});

describe('facts', () => {
  it('leaves out what is not known', () => {
    const text = textOf(
      facts([
        ['Name', undefined],
        ['Email', ''],
        ['Status', 403],
      ]),
    );
    expect(text).toContain('<dt>Status</dt>');
    expect(text).not.toMatch(/Name|Email/);
    expect(textOf(facts([['Name', undefined]]))).toBe('');
  });
});

describe('actions', () => {
  it('has no link without an address', () => {
    expect(textOf(actions([['Sign in', undefined]]))).toBe('');
    expect(textOf(actions([['Sign in', '/x']]))).toContain('<a class="button" href="/x">Sign in</a>');
  });
});

describe('listed', () => {
  const list = (length: number): string =>
    textOf(
      listed(
        Array.from({ length }, (_, at) => at),
        (at) => html`item ${at}.`,
      ),
    );

  it('shows as many as a person may look through, and says how many more there are', () => {
    expect(list(MAX_LISTED).match(/<li>/g)).toHaveLength(MAX_LISTED);
    expect(list(MAX_LISTED)).not.toContain('not shown');
    expect(list(MAX_LISTED + 1).match(/<li>/g)).toHaveLength(MAX_LISTED);
    expect(list(MAX_LISTED + 1)).toContain('1 more are not shown.');
  });
});
