import { readFileSync } from 'node:fs';
import {
  compileAccess,
  evaluate,
  NO_CERTIFICATE,
  NO_TOKEN,
  requestFacts,
  type CompiledPolicy,
  type Facts,
  type Json,
} from '@countersign/core';
import { celConditions } from '@countersign/core/condition';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GATEWAY_FACTS } from './gateway-facts.ts';

/** The guide shows what is so: its policies are read by the parser that reads those of routes, and asked. */
const page = readFileSync(new URL('../../../../docs/guides/access-policies.md', import.meta.url), 'utf8');

/** All but the whole file that `check` explains: its test is beside that command. */
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text = '']) => text)
  .filter((text) => !text.startsWith('url:'));

function compiled(text: string): CompiledPolicy {
  const policy = parse(text) as Json;
  const access = compileAccess({ policy }, { conditions: celConditions });
  if (!access.ok) throw new Error(`${text}\n${JSON.stringify(access.error)}`);
  return access.value;
}

const facts = ({
  claims = {},
  principal = {},
  request = {},
}: Record<string, Record<string, Json>>): Facts => ({
  claims,
  principal: { id: 'x', ...principal },
  request: {
    ...requestFacts({
      method: 'GET',
      host: 'orders.example',
      path: '/',
      source_ip: '10.1.2.3',
      // A Wednesday, 13:00 in Berlin.
      time: Date.UTC(2026, 10, 18, 12),
      cors_preflight: false,
      client_certificate: NO_CERTIFICATE,
      token: NO_TOKEN,
    }),
    ...request,
  },
});

const acme = { email: 'ada@acme.example', domain: 'acme.example', groups: [] };
const certificate = { ...NO_CERTIFICATE, fingerprint: 'ab'.repeat(32), san_dns: ['a.ci.acme.example'] };
const deploy = {
  repository_id: '456789',
  job_workflow_ref: 'acme/workflows/.github/workflows/deploy.yml@refs/heads/main',
  environment: 'production',
};

/** For each example, in order: who passes, and who does not. */
const ASKED: readonly (readonly [passes: Facts, fails: Facts])[] = [
  [
    facts({ principal: { team: 'acme/platform' } }),
    facts({ principal: { team: 'acme/platform' }, request: { method: 'DELETE' } }),
  ],
  [
    facts({ principal: { ...acme, groups: ['release-managers'] }, request: { method: 'POST' } }),
    facts({ principal: { ...acme, email: 'intern-bob@acme.example' } }),
  ],
  [
    facts({ claims: deploy, principal: { team: 'acme/deploy' } }),
    facts({ claims: { ...deploy, environment: 'staging' }, principal: { team: 'acme/deploy' } }),
  ],
  [
    facts({ claims: { groups: ['release-managers'] }, request: { method: 'PUT', path: '/releases/1' } }),
    facts({ principal: acme, request: { method: 'PUT', path: '/releases/1' } }),
  ],
  [
    facts({ claims: { environment: 'production', repository_visibility: 'private' } }),
    facts({ claims: { environment: 'production', repository_visibility: 'public' } }),
  ],
  [facts({ principal: acme }), facts({ principal: acme, request: { time: Date.UTC(2026, 10, 18, 16, 30) } })],
  [
    facts({ request: { client_certificate: { ...certificate } } }),
    facts({ request: { client_certificate: { ...certificate }, source_ip: '192.0.2.1' } }),
  ],
];

describe('the guide to access policies', () => {
  it('has somebody who passes and somebody who does not for every example', () => {
    expect(ASKED).toHaveLength(examples.length);
  });

  it.each(examples.map((text, index) => [index, text] as const))(
    'shows in example %i what is so',
    (index, text) => {
      const policy = compiled(text);
      const effects = ASKED[index]?.map((asked) => evaluate(policy, asked).effect);
      expect(effects).toEqual(['allow', 'deny']);
    },
  );

  it('says of every criterion whether this gateway has it', () => {
    const rows = [...page.matchAll(/^\| (`[a-z_`, ]+`) .*\| (yes|not yet) +\|$/gm)];
    const listed = rows.flatMap(([, names = '', available = '']) =>
      [...names.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => [name, available] as const),
    );
    expect(listed).toHaveLength(23);
    for (const [name, available] of listed) {
      const access = compileAccess(
        { policy: { allow: { or: [{ [name]: null }] } } },
        { facts: GATEWAY_FACTS, conditions: celConditions },
      );
      const messages = access.ok ? [] : access.error.map(({ message }) => message);
      expect([name, messages.some((message) => /unknown|no criterion/.test(message))]).toEqual([name, false]);
      expect([name, messages.some((message) => message.endsWith('is not available yet'))]).toEqual([
        name,
        available === 'not yet',
      ]);
    }
  });
});
