import { describe, expect, it } from 'vitest';
import { upstreamTargets } from './upstream-target.ts';

const read = (written: unknown) => {
  const parsed = upstreamTargets.safeParse(written);
  return parsed.success
    ? parsed.data
    : parsed.error.issues.map(({ path, message }) => [path.join('.'), message].join(': '));
};

describe('to', () => {
  it('is one address, http or https, with the port of its scheme where it has none', () => {
    expect(read('https://a.example')).toEqual([{ scheme: 'https', host: 'a.example', port: 443, weight: 1 }]);
    expect(read('http://[::1]:9000/')).toEqual([{ scheme: 'http', host: '[::1]', port: 9000, weight: 1 }]);
  });

  it('is a socket, asked with the Host localhost', () => {
    const socket = { scheme: 'http', host: 'localhost', port: 80, weight: 1 };
    expect(read('unix:/run/app.sock')).toEqual([{ ...socket, socketPath: '/run/app.sock' }]);
    expect(read('unix:run/a,b')).toEqual([{ ...socket, socketPath: 'run/a,b' }]);
    expect(read('unix:/run/app.sock,7')).toEqual([{ ...socket, socketPath: '/run/app.sock', weight: 7 }]);
  });

  it('is a list, with weights or without', () => {
    const hosts = (written: unknown) =>
      upstreamTargets.parse(written).map(({ host, weight }) => [host, weight]);
    expect(hosts(['http://a', 'http://b'])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(hosts(['http://a,3', 'https://a,1', 'http://c:8080,1000'])).toEqual([
      ['a', 3],
      ['a', 1],
      ['c', 1000],
    ]);
    expect(hosts('http://a,3')).toEqual([['a', 3]]);
  });

  const WEIGHT = 'expected a weight from 1 to 1000 behind the comma';
  const ADDRESS =
    'expected an http or https URL of host and optional port, such as http://127.0.0.1:9000, or unix:PATH';
  it.each([
    ['http://a,0', WEIGHT],
    ['http://a,1001', WEIGHT],
    ['http://a,', WEIGHT],
    ['http://a,x', WEIGHT],
    ['http://a,-1', WEIGHT],
    ['http://user@a', ADDRESS],
    ['ftp://a', ADDRESS],
    ['h2c://a', ADDRESS],
    ['a:80', ADDRESS],
    ['', ADDRESS],
    ['http://a/b', 'a path is not available in this version'],
    ['unix://run/app.sock', 'expected unix:PATH, such as unix:/run/app.sock'],
    ['unix:', 'expected unix:PATH, such as unix:/run/app.sock'],
    ['unix:/run/a\nb', 'expected unix:PATH, such as unix:/run/app.sock'],
    ['http+unix:///run/app.sock', 'expected unix:PATH, such as unix:/run/app.sock'],
  ])('is not %j', (written, message) => {
    expect(read(written)).toEqual([`: ${message}`]);
    expect(read(['http://ok', written])).toEqual([`1: ${message}`]);
  });

  it('names every address once, and all weights or none', () => {
    expect(read(['http://a', 'http://a:80'])).toEqual(['1: expected each address once']);
    expect(read(['http://a,1', 'http://b', 'http://c,1'])).toEqual([
      '1: expected a weight behind every address, or behind none',
    ]);
    expect(read(['http://a', 'http://b,1'])).toEqual([
      '1: expected a weight behind every address, or behind none',
    ]);
  });

  it('is not empty, not endless, and nothing but text', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `http://a${index}`);
    expect(read(many(64))).toHaveLength(64);
    expect(read(many(65))).toEqual([': expected at most 64 addresses']);
    expect(read([])).toEqual([': expected at least one address']);
    const form = ': expected an address, such as http://127.0.0.1:9000, or a list of addresses';
    for (const other of [3, ['http://a', 4], { url: 'http://a' }, null]) expect(read(other)).toEqual([form]);
  });
});
