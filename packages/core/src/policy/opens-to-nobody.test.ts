import { describe, expect, it } from 'vitest';
import type { Json } from '../claims.ts';
import type { Facts } from '../decision.ts';
import { requestFacts } from '../request-facts.ts';
import { compilePolicy } from './compile.ts';
import { compileAccess, type AccessDocument } from './dialect/ppl.ts';
import { opensToNobody } from './opens-to-nobody.ts';

const facts = (preflight: boolean): Facts => ({
  claims: {},
  request: requestFacts({ method: 'GET', host: 'a.example', path: '/public/x', cors_preflight: preflight }),
});

const opens = (document: AccessDocument, preflight = false): boolean => {
  const policy = compileAccess(document);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return opensToNobody(policy.value, facts(preflight));
};

const allow = (block: Json): AccessDocument => ({ policy: { allow: block } });
const somewhere = { http_path: { starts_with: '/public/' } };

describe('somebody who shows nothing need not sign in', () => {
  it.each([
    [{ or: [{ accept: true }] }],
    [{ or: [{ domain: 'acme.example' }, { accept: true }] }],
    [{ and: [{ accept: true }, somewhere] }],
    [{ and: [{ or: [{ accept: true }, { domain: 'acme.example' }] }, somewhere] }],
  ])('by %j', (block) => {
    expect(opens(allow(block))).toBe(true);
  });

  it('by a preflight where the policy or the route says so, and by nothing else there', () => {
    expect(opens(allow({ or: [{ cors_preflight: true }] }), true)).toBe(true);
    expect(opens(allow({ or: [{ cors_preflight: true }] }))).toBe(false);
    expect(opens({ corsPreflight: true }, true)).toBe(true);
    expect(opens({ corsPreflight: true })).toBe(false);
  });
});

describe('somebody who shows nothing has to sign in', () => {
  it.each([
    [{ and: [{ http_method: 'GET' }] }],
    [{ or: [somewhere] }],
    [{ and: [{ domain: 'acme.example' }] }],
    // `accept` on a branch that does not hold says nothing about the one that does.
    [{ or: [{ and: [{ accept: true }, { http_method: 'PUT' }] }, somewhere] }],
    [{ and: [{ accept: true }, { domain: 'acme.example' }] }],
    [{ not: [{ reject: true }] }],
    [{ and: [{ not: [{ cors_preflight: true }] }, somewhere] }],
    [{ nor: [{ accept: true }, { reject: true }] }],
  ])('whatever %j says about the request', (block) => {
    expect(opens(allow(block))).toBe(false);
  });

  it('by a deny, and by a rule that is only watched', () => {
    expect(opens({ policy: { deny: { or: [{ accept: true }] } } })).toBe(false);
    const when = { op: 'constant', criterion: 'accept' } as const;
    const watched = compilePolicy([{ id: 'a', effect: 'allow', mode: 'audit', when }]);
    expect(watched.ok && opensToNobody(watched.value, facts(true))).toBe(false);
  });
});
