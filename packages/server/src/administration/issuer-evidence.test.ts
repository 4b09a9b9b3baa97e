import { describe, expect, it } from 'vitest';
import { judgeEvidence, type SeenIssuer } from './issuer-evidence.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const GOOD: SeenIssuer = {
  fetches: [{ certificate: { thumbprint: A } }, { certificate: { thumbprint: B } }],
  issuer: 'https://ci.example',
};
const judge = (seen: Partial<SeenIssuer>, ...given: readonly string[]) =>
  judgeEvidence({ ...GOOD, ...seen }, given);

describe('what an issuer has shown', () => {
  it('is remembered by the certificates of its documents and of its keys', () => {
    expect(judge({})).toEqual({ ok: true, value: { issuer: 'https://ci.example', thumbprints: [A, B] } });
    const same = { certificate: { thumbprint: A } };
    expect(judge({ fetches: [same, same] })).toMatchObject({ value: { thumbprints: [A] } });
    expect(judge({ fetches: [{}, {}] })).toMatchObject({ value: { thumbprints: [] } });
  });

  it('has to be what the administrator expects, and is told when it is not', () => {
    expect(judge({}, A)).toMatchObject({ ok: true, value: { thumbprints: [A] } });
    expect(judge({}, 'c'.repeat(64), A)).toMatchObject({ ok: true });
    expect(judge({}, B)).toEqual({
      ok: false,
      error: expect.stringMatching(new RegExp(`^Bad Request: .*${A}`)),
    });
    expect(judge({ fetches: [{}] }, A)).toEqual({
      ok: false,
      error: expect.stringContaining('no certificate'),
    });
  });

  it('is worth nothing when documents or keys cannot be had', () => {
    const failure = { step: 'discovery', reason: 'certificate' };
    expect(judge({ failure })).toEqual({ ok: false, error: expect.stringContaining(A) });
    expect(judge({ failure: { step: 'keys', reason: 'time' } })).toEqual({
      ok: false,
      error: expect.stringContaining('(keys: time)'),
    });
  });
});
