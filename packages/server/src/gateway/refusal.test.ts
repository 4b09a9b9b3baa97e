import { REFUSALS, type RefusalCode } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { refusalAnswer } from './refusal.ts';

const ID = 'dec_00000000000000000000000001';
const refuse = (code: RefusalCode, headers: readonly (readonly [string, string])[] = []) =>
  refusalAnswer({ code, decisionId: ID, realm: 'app.example' }, headers);

describe('refusals of the gateway', () => {
  it.each([
    ['credential.missing', 401, 'Bearer realm="app.example"'],
    ['credential.invalid', 401, 'Bearer realm="app.example", error="invalid_token"'],
    ['credential.expired', 401, 'Bearer realm="app.example", error="invalid_token"'],
    ['credential.revoked', 401, 'Bearer realm="app.example", error="invalid_token"'],
    ['policy.refused', 403, undefined],
    ['path.ambiguous', 400, undefined],
    ['route.unknown', 404, undefined],
    ['server.storage', 503, undefined],
    ['upstream.unreachable', 502, undefined],
    ['upstream.timeout', 504, undefined],
  ] as const)('%s is %d with challenge %s', (code, status, challenge) => {
    const answer = refuse(code);
    expect(answer.status).toBe(status);
    expect(answer.headers['www-authenticate']).toBe(challenge);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['credential.missing', 'Basic realm="app.example", Bearer realm="app.example"'],
    ['credential.expired', 'Basic realm="app.example", Bearer realm="app.example", error="invalid_token"'],
    ['policy.refused', undefined],
  ] as const)('asks programs for Basic first where the route says so: %s', (code, challenge) => {
    const refused = { code, decisionId: ID, realm: 'app.example', basicChallenge: true } as const;
    expect(refusalAnswer(refused, []).headers['www-authenticate']).toBe(challenge);
    // A person would be asked for a password that there is none of.
    const browser = refusalAnswer(refused, [['Sec-Fetch-Mode', 'navigate']]);
    expect(browser.headers['www-authenticate'] ?? '').not.toContain('Basic');
  });

  it('is a problem document with a code and a decision id', () => {
    const answer = refuse('policy.refused');
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toEqual({
      type: 'urn:countersign:error:policy.refused',
      title: 'Forbidden',
      status: 403,
      detail: REFUSALS['policy.refused'].description,
      code: 'policy.refused',
      decision_id: ID,
    });
  });

  it('carries a request id when the fault is behind the gateway', () => {
    expect(JSON.parse(refuse('upstream.unreachable').body)).toMatchObject({ request_id: ID });
  });

  it('says when to come back if storage is silent', () => {
    expect(refuse('server.storage').headers['retry-after']).toBe('1');
  });

  it('is a page without anything to run or load for a browser', () => {
    const answer = refuse('credential.missing', [['Sec-Fetch-Mode', 'navigate']]);
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="app.example"');
    expect(answer.body).toContain(ID);
    expect(answer.body).not.toMatch(/<script|<link|style=|href=|src=/);
  });

  it('is a Status object for kubectl', () => {
    const answer = refuse('policy.refused', [['User-Agent', 'kubectl/v1.33.1 kubernetes/abcdef']]);
    expect(JSON.parse(answer.body)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
    });
  });

  it('repeats nothing of the request', () => {
    const marker = 'r3fl3ct3d';
    for (const agent of [`kubernetes/${marker}`, marker]) {
      for (const accept of ['text/html', 'application/json']) {
        const { body, headers } = refuse('credential.invalid', [
          ['User-Agent', agent],
          ['Accept', `${accept};x=${marker}`],
          ['Authorization', `Bearer ${marker}`],
        ]);
        expect(body + JSON.stringify(headers)).not.toContain(marker);
      }
    }
  });

  it('holds no character in any description that HTML would read', () => {
    for (const { description } of Object.values(REFUSALS)) expect(description).not.toMatch(/[<>&"']/);
  });
});
