import type { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alternativeNames, MAX_NAMES } from './alternative-names.ts';

const namesIn = (subjectAltName: string | undefined) =>
  alternativeNames({ subjectAltName } as Pick<X509Certificate, 'subjectAltName'> as X509Certificate);

describe('alternative names', () => {
  it('are told apart by kind; those that policies do not know are passed over', () => {
    const line =
      'DNS:Ci.Acme.example, email:Ada@Acme.example, URI:spiffe://Acme/ci, IP Address:10.0.0.1, DirName:CN=x, Registered ID:1.2';
    expect(namesIn(line)).toEqual({
      dns: ['ci.acme.example'],
      email: ['ada@acme.example'],
      uri: ['spiffe://Acme/ci'],
    });
  });

  it.each([undefined, ''])('are none in %j', (line) => {
    expect(namesIn(line)).toEqual({ dns: [], email: [], uri: [] });
  });

  it('are one name, however many commas stand in it', () => {
    expect(namesIn('DNS:"a.example, DNS:b.example", DNS:c.example')?.dns).toEqual([
      'a.example, dns:b.example',
      'c.example',
    ]);
    expect(namesIn('URI:"https://a.example/?x=\\"1\\", DNS:b.example"')?.dns).toEqual([]);
  });

  it.each([
    'DNS:a.example,DNS:b.example',
    'NAME:a.example',
    'DNS:"a.example',
    'DNS:"a\\x"',
    'DNS:a"b',
    'a.example',
  ])('are nobody in a line that cannot be read: %j', (line) => {
    expect(namesIn(line)).toBeUndefined();
  });

  it('are at most so many, and beyond that nobody', () => {
    const line = (count: number) => Array.from({ length: count }, (_, index) => `DNS:n${index}`).join(', ');
    expect(namesIn(line(MAX_NAMES))?.dns).toHaveLength(MAX_NAMES);
    expect(namesIn(line(MAX_NAMES + 1))).toBeUndefined();
  });
});
