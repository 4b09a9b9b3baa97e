import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import { principalFacts, type Principal } from '../../principal.ts';
import { evaluate } from '../evaluate.ts';
import { compileAccess, type AccessDocument } from './ppl.ts';

const ada: Principal = {
  kind: 'user',
  user: 'usr_ada',
  email: 'Ada@Acme.example',
  groups: [],
  vouchedBy: { kind: 'organization', organization: 'acme' },
};

function determining(document: AccessDocument, principal?: Principal, claims: Claims = {}) {
  const policy = compileAccess(document);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  const facts = { claims, request: {}, ...(principal && { principal: principalFacts(principal) }) };
  const decision = evaluate(policy.value, facts);
  return [decision.effect, ...decision.determining];
}

const problemsOf = (document: AccessDocument) => {
  const policy = compileAccess(document);
  return policy.ok ? [] : policy.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('lists of who may pass', () => {
  it('take users by email, in capitals or not, and by name', () => {
    expect(determining({ allowedUsers: ['ada@ACME.example'] }, ada)).toEqual(['allow', 'allowed_users']);
    expect(determining({ allowedUsers: ['usr_ada'] }, ada)).toEqual(['allow', 'allowed_users']);
    expect(determining({ allowedUsers: ['USR_ADA', 'acme.example'] }, ada)).toEqual(['deny']);
  });

  it('take domains as a whole', () => {
    expect(determining({ allowedDomains: ['x.example', 'acme.example'] }, ada)).toEqual([
      'allow',
      'allowed_domains',
    ]);
    expect(determining({ allowedDomains: ['example', 'cme.example'] }, ada)).toEqual(['deny']);
  });

  it('take claims that are one of the values, or hold one', () => {
    const document = { allowedClaims: { groups: ['eng', 7], '"a.b".c': [true] } };
    expect(determining(document, ada, { groups: ['ops', 'eng'] })).toEqual(['allow', 'allowed_idp_claims']);
    expect(determining(document, ada, { groups: 7 })).toEqual(['allow', 'allowed_idp_claims']);
    expect(determining(document, ada, { 'a.b': { c: true } })).toEqual(['allow', 'allowed_idp_claims']);
    expect(determining(document, ada, { groups: '7', 'a.b': { c: 'true' } })).toEqual(['deny']);
  });

  it('are alternatives, which a deny of the policy beats', () => {
    const lists = { allowedUsers: ['usr_eve'], allowedDomains: ['acme.example'] };
    const policy: Json = { deny: { or: [{ user: 'usr_ada' }] } };
    expect(determining(lists, ada)).toEqual(['allow', 'allowed_domains']);
    expect(determining({ ...lists, policy }, ada)).toEqual(['deny', 'policy.deny.or']);
  });

  it('let nobody in who is nobody', () => {
    const document = {
      allowedUsers: ['usr_ada'],
      allowedDomains: ['acme.example'],
      allowedClaims: { a: [true] },
    };
    expect(determining(document, undefined)).toEqual(['deny']);
  });

  it('refuse what is empty, what is no claim, and what is too much', () => {
    expect(problemsOf({ allowedUsers: [] })).toEqual(['allowed_users: expected 1 to 1000 values']);
    expect(problemsOf({ allowedDomains: [] })).toEqual(['allowed_domains: expected 1 to 1000 values']);
    expect(problemsOf({ allowedClaims: {} })).toEqual(['allowed_idp_claims: expected 1 to 1000 entries']);
    expect(problemsOf({ allowedClaims: { 'a..b': ['x'] } })[0]).toMatch(
      /^allowed_idp_claims\.a\.\.b: .*claim path/,
    );
    expect(problemsOf({ allowedDomains: Array.from({ length: 1_001 }, (_, n) => `d${n}`) })).toHaveLength(1);
    expect(problemsOf({ allowedDomains: Array.from({ length: 1_000 }, (_, n) => `d${n}`) })).toEqual([]);
  });
});
