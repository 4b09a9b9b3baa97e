import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FILTER, readRouteFilter } from './route-filter.ts';

const ORDERS = {
  name: 'orders',
  from: 'https://orders.acme.example',
  description: 'Invoices of Österreich',
};
const finds = (query: string): boolean => readRouteFilter(query).isWanted(ORDERS);

describe('what is looked for among routes', () => {
  it.each(['', 'q=', 'q=+', 'other=nothing', 'q=orders', 'q=ORDERS', 'q=acme', 'q=invoices', 'q=%C3%96ST'])(
    'is found by %s',
    (query) => expect(finds(query)).toBe(true),
  );

  it('has all of the words, wherever they stand', () => {
    expect(finds('q=invoices+orders')).toBe(true);
    expect(finds('q=orders&q=invoices')).toBe(true);
    expect(finds('q=orders&q=billing')).toBe(false);
    expect(finds('q=orders+billing')).toBe(false);
    // A word is of one of the three, not of two that happen to meet.
    expect(finds('q=ordershttps')).toBe(false);
    expect(readRouteFilter('q=undefined').isWanted({ name: 'a', from: 'https://b.example' })).toBe(false);
  });

  it('is text, and no pattern', () => {
    for (const text of ['.*', '^orders', '[a-z]', '%', '\\w', '*'])
      expect(finds(new URLSearchParams({ q: text }).toString())).toBe(false);
  });

  it('is cut where nobody would type on', () => {
    const { text } = readRouteFilter(`q=${'x'.repeat(MAX_FILTER)}`);
    expect(text).toHaveLength(MAX_FILTER);
    expect(readRouteFilter(`q=${'x'.repeat(MAX_FILTER + 1)}`).text).toBe(text);
    expect(readRouteFilter(`q=${'x'.repeat(50_000)}`).text).toBe(text);
  });

  it('is the same when it comes back by its own address, whatever was sent', () => {
    const sent = fc.oneof(fc.string({ unit: 'binary', maxLength: 2 * MAX_FILTER }), fc.string());
    fc.assert(
      fc.property(sent, (typed) => {
        const filter = readRouteFilter(new URLSearchParams({ q: typed }).toString());
        expect(filter.text.length).toBeLessThanOrEqual(MAX_FILTER);
        expect(filter.query).toMatch(/^(?:\?q=[\w*.+%-]+)?$/);
        expect(readRouteFilter(filter.query).query).toBe(filter.query);
      }),
    );
    expect(readRouteFilter(`q=${'x'.repeat(MAX_FILTER - 1)}😀`).text.isWellFormed()).toBe(true);
  });
});
