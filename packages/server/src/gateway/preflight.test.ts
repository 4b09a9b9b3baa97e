import type { HeaderLine } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { isPreflight } from './preflight.ts';

const ORIGIN: HeaderLine = ['Origin', 'https://a.example'];
const METHOD: HeaderLine = ['access-control-request-method', 'PUT'];

describe('a preflight', () => {
  it('is an OPTIONS with Origin and Access-Control-Request-Method', () => {
    expect(isPreflight({ method: 'OPTIONS', headers: [ORIGIN, METHOD] })).toBe(true);
  });

  it.each([
    ['OPTIONS', []],
    ['OPTIONS', [ORIGIN]],
    ['OPTIONS', [METHOD]],
    ['OPTIONS', [['Origin', ''], METHOD]],
    ['OPTIONS', [ORIGIN, ['Access-Control-Request-Method', '']]],
    ['OPTIONS', [ORIGIN, ['Access_Control_Request_Method', 'PUT']]],
    ['options', [ORIGIN, METHOD]],
    ['GET', [ORIGIN, METHOD]],
    ['PUT', [ORIGIN, METHOD]],
  ] as const)('is not %s with %j', (method, headers) => {
    expect(isPreflight({ method, headers })).toBe(false);
  });
});
