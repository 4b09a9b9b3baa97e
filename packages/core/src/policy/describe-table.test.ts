import { describe, expect, it } from 'vitest';
import { celConditions } from './condition.ts';
import { describeAccess } from './describe.ts';
import { describedLines } from './described-lines.ts';
import { compileAccess } from './dialect/ppl.ts';
import { needed, ROWS, written } from './dialect/testing/ppl-rows.ts';

/** What is said of each criterion and operator of the dialect, for the value of its row that holds. */
const SENTENCES: Readonly<Record<string, string>> = {
  accept: 'whoever comes, signed in or not',
  reject: 'nobody, ever',
  authenticated_user: 'the caller has shown a token, whoever it is',
  domain: 'the domain of their verified email is "acme.example", in capitals or not',
  'domain is': 'the domain of their verified email is "acme.example", in capitals or not',
  'domain contains': 'the domain of their verified email contains "cme.exampl", in capitals or not',
  'domain starts_with': 'the domain of their verified email begins with "acm", in capitals or not',
  'domain ends_with': 'the domain of their verified email ends with "ple", in capitals or not',
  'domain in': 'the domain of their verified email is "evil.example" or "acme.example", in capitals or not',
  'domain not_in':
    'this does not hold: | the domain of their verified email is "evil.example" or "third", in capitals or not',
  'domain not':
    'this does not hold: | the domain of their verified email is "evil.example", in capitals or not',
  email: 'their verified email is "ada@acme.example", in capitals or not',
  'email is': 'their verified email is "ada@acme.example", in capitals or not',
  'email contains': 'their verified email contains "da@acme.exampl", in capitals or not',
  'email starts_with': 'their verified email begins with "ada", in capitals or not',
  'email ends_with': 'their verified email ends with "ple", in capitals or not',
  'email in': 'their verified email is "eve@evil.test" or "ada@acme.example", in capitals or not',
  'email not_in':
    'this does not hold: | their verified email is "eve@evil.test" or "third", in capitals or not',
  'email not': 'this does not hold: | their verified email is "eve@evil.test", in capitals or not',
  groups: 'their list of groups has one that is "eng"',
  'groups has': 'their list of groups has one that is "eng"',
  'groups is': 'their list of groups is "eng" alone',
  'groups exclude': 'this does not hold: | their list of groups has one that is "ops"',
  organization: 'the organization they are of is "acme"',
  'organization is': 'the organization they are of is "acme"',
  'organization contains': 'the organization they are of contains "cm"',
  'organization starts_with': 'the organization they are of begins with "acm"',
  'organization ends_with': 'the organization they are of ends with "cme"',
  'organization in': 'the organization they are of is "other" or "acme"',
  'organization not_in': 'this does not hold: | the organization they are of is "other" or "third"',
  'organization not': 'this does not hold: | the organization they are of is "other"',
  runner: 'the runner that the token is for is "acme/linux"',
  'runner is': 'the runner that the token is for is "acme/linux"',
  'runner contains': 'the runner that the token is for contains "cme/linu"',
  'runner starts_with': 'the runner that the token is for begins with "acm"',
  'runner ends_with': 'the runner that the token is for ends with "nux"',
  'runner in': 'the runner that the token is for is "acme/mac" or "acme/linux"',
  'runner not_in': 'this does not hold: | the runner that the token is for is "acme/mac" or "third"',
  'runner not': 'this does not hold: | the runner that the token is for is "acme/mac"',
  team: 'the team that the token is for is "acme/platform"',
  'team is': 'the team that the token is for is "acme/platform"',
  'team contains': 'the team that the token is for contains "cme/platfor"',
  'team starts_with': 'the team that the token is for begins with "acm"',
  'team ends_with': 'the team that the token is for ends with "orm"',
  'team in': 'the team that the token is for is "acme/billing" or "acme/platform"',
  'team not_in': 'this does not hold: | the team that the token is for is "acme/billing" or "third"',
  'team not': 'this does not hold: | the team that the token is for is "acme/billing"',
  user: 'the user is "usr_ada"',
  'user is': 'the user is "usr_ada"',
  'user contains': 'the user contains "sr_ad"',
  'user starts_with': 'the user begins with "usr"',
  'user ends_with': 'the user ends with "ada"',
  'user in': 'the user is "usr_eve" or "usr_ada"',
  'user not_in': 'this does not hold: | the user is "usr_eve" or "third"',
  'user not': 'this does not hold: | the user is "usr_eve"',
  actor: 'who acts for the caller is "runner:acme/linux"',
  'actor is': 'who acts for the caller is "runner:acme/linux"',
  'actor contains': 'who acts for the caller contains "unner:acme/linu"',
  'actor starts_with': 'who acts for the caller begins with "run"',
  'actor ends_with': 'who acts for the caller ends with "nux"',
  'actor in': 'who acts for the caller is "usr_eve" or "runner:acme/linux"',
  'actor not_in': 'this does not hold: | who acts for the caller is "usr_eve" or "third"',
  'actor not': 'this does not hold: | who acts for the caller is "usr_eve"',
  issuer: 'the issuer of the exchanged token is "acme/github"',
  'issuer is': 'the issuer of the exchanged token is "acme/github"',
  'issuer contains': 'the issuer of the exchanged token contains "cme/githu"',
  'issuer starts_with': 'the issuer of the exchanged token begins with "acm"',
  'issuer ends_with': 'the issuer of the exchanged token ends with "hub"',
  'issuer in': 'the issuer of the exchanged token is "acme/gitlab" or "acme/github"',
  'issuer not_in': 'this does not hold: | the issuer of the exchanged token is "acme/gitlab" or "third"',
  'issuer not': 'this does not hold: | the issuer of the exchanged token is "acme/gitlab"',
  token_type: 'the type of the token is "personal"',
  'token_type is': 'the type of the token is "personal"',
  'token_type in': 'the type of the token is "team" or "personal"',
  'token_type not_in': 'this does not hold: | the type of the token is "team"',
  'token_type not': 'this does not hold: | the type of the token is "team"',
  http_method: 'the method is "GET"',
  'http_method is': 'the method is "GET"',
  'http_method contains': 'the method contains "E"',
  'http_method starts_with': 'the method begins with "GET"',
  'http_method ends_with': 'the method ends with "GET"',
  'http_method in': 'the method is "GET" or "HEAD"',
  'http_method not_in': 'the method is none of "POST", "PUT"',
  'http_method not': 'the method is not "POST"',
  http_path: 'the path is "/api/orders/7"',
  'http_path is': 'the path is "/api/orders/7"',
  'http_path contains': 'the path contains "api/orders/"',
  'http_path starts_with': 'the path begins with "/ap"',
  'http_path ends_with': 'the path ends with "s/7"',
  'http_path in': 'the path is "/admin" or "/api/orders/7"',
  'http_path not_in': 'the path is none of "/admin", "third"',
  'http_path not': 'the path is not "/admin"',
  source_ip: 'the address of the caller is in "10.0.0.0/8"',
  'source_ip is': 'the address of the caller is in "192.0.2.1" or "10.1.2.3"',
  'source_ip in': 'the address of the caller is in "10.1.0.0/16"',
  'source_ip not_in': 'the address of the caller is in none of "10.2.0.0/16"',
  'source_ip not': 'the address of the caller is in none of "192.0.2.0/24"',
  cors_preflight: 'it is a preflight of a browser',
  'client_certificate fingerprint':
    'all of these hold: | they have shown a certificate | the fingerprint of their certificate is "abababababababababababababababababababababababababababababababab"',
  'client_certificate spki_hash':
    'all of these hold: | they have shown a certificate | the hash of the public key of their certificate is "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=" or "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="',
  'client_certificate san_dns':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that is "ci.acme.example", in capitals or not',
  'client_certificate san_dns.is':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that is "ci.acme.example", in capitals or not',
  'client_certificate san_dns.contains':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that contains "i.acme.exampl", in capitals or not',
  'client_certificate san_dns.starts_with':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that begins with "ci.", in capitals or not',
  'client_certificate san_dns.ends_with':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that ends with "ple", in capitals or not',
  'client_certificate san_dns.in':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has one that is "mallory.example" or "ci.acme.example", in capitals or not',
  'client_certificate san_dns.not_in':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has none that is "mallory.example" or "third", in capitals or not',
  'client_certificate san_dns.not':
    'all of these hold: | they have shown a certificate | the list of DNS names of their certificate has none that is "mallory.example", in capitals or not',
  'client_certificate san_email':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that is "ada@acme.example", in capitals or not',
  'client_certificate san_email.is':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that is "ada@acme.example", in capitals or not',
  'client_certificate san_email.contains':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that contains "da@acme.exampl", in capitals or not',
  'client_certificate san_email.starts_with':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that begins with "ada", in capitals or not',
  'client_certificate san_email.ends_with':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that ends with "ple", in capitals or not',
  'client_certificate san_email.in':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has one that is "mallory.example" or "ada@acme.example", in capitals or not',
  'client_certificate san_email.not_in':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has none that is "mallory.example" or "third", in capitals or not',
  'client_certificate san_email.not':
    'all of these hold: | they have shown a certificate | the list of emails of their certificate has none that is "mallory.example", in capitals or not',
  'client_certificate san_uri':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that is "spiffe://acme/ci"',
  'client_certificate san_uri.is':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that is "spiffe://acme/ci"',
  'client_certificate san_uri.contains':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that contains "piffe://acme/c"',
  'client_certificate san_uri.starts_with':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that begins with "spi"',
  'client_certificate san_uri.ends_with':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that ends with "/ci"',
  'client_certificate san_uri.in':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has one that is "mallory.example" or "spiffe://acme/ci"',
  'client_certificate san_uri.not_in':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has none that is "mallory.example" or "third"',
  'client_certificate san_uri.not':
    'all of these hold: | they have shown a certificate | the list of URIs of their certificate has none that is "mallory.example"',
  'date after': 'the time is 2026-11-18T16:30:00Z or later',
  'date before': 'the time is before 2026-11-18T16:31:00Z',
  'date timezone': 'the time is 2026-11-18T16:30:00Z or later',
  day_of_week: 'the day is monday or tuesday or wednesday or thursday or friday, in UTC',
  'day_of_week is': 'the day is wednesday, in UTC',
  'day_of_week timezone': 'the day is thursday, in Australia/Perth',
  'time_of_day after': 'the time of day is 16:30:00 or later, in UTC',
  'time_of_day before': 'the time of day is before 16:30:01, in UTC',
  'time_of_day timezone': 'the time of day is 17:00:00 or later and is before 18:00:00, in Europe/Berlin',
  claim: 'claims.sub is "repo:acme/app", alone or in a list',
  'claim has': 'claims.sub is "repo:acme/app", alone or in a list',
  'claim is': 'claims.sub is "repo:acme/app", or the list of it alone',
  'claim exclude': 'this does not hold: | claims.sub is "x", alone or in a list',
  'claim contains': 'claims.sub contains "epo:acme/ap"',
  'claim starts_with': 'claims.sub begins with "rep"',
  'claim ends_with': 'claims.sub ends with "app"',
  'claim in': 'claims.sub is "repo:evil/app" or "repo:acme/app", alone or in a list',
  'claim not_in': 'this does not hold: | claims.sub is "repo:evil/app" or "third", alone or in a list',
  'claim not': 'this does not hold: | claims.sub is "repo:evil/app", alone or in a list',
  condition: 'claims.sub.startsWith("repo:acme/")',
};

function sentence(name: string, operator: string): string {
  const value = ROWS[name]?.[operator]?.[0] ?? null;
  const policy = compileAccess(
    { policy: { deny: { and: [written(name, operator, value)] } } },
    { conditions: celConditions },
  );
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  const lines = describeAccess(policy.value).rules.flatMap(({ when }) => describedLines(when));
  return lines.map((line) => line.trim()).join(' | ');
}

const keyOf = ([name, operator]: readonly [string, string]): string => `${name} ${operator}`.trim();

describe('the sentences of a policy', () => {
  it('are there for every criterion and operator, and for none besides', () => {
    expect(Object.keys(SENTENCES).sort()).toEqual(needed.map(keyOf).sort());
  });

  it.each(needed.map((row) => [keyOf(row), row] as const))('say what %s asks', (key, [name, operator]) => {
    expect(sentence(name, operator)).toBe(SENTENCES[key]);
  });
});
