import type { Claims } from '@countersign/core';
import type { DemoIssuer } from './issuer.ts';

/** Where people sign in: id_tokens of a company's OpenID provider, made for our client. */
export const corp: DemoIssuer = {
  name: 'corp',
  algorithm: 'RS256',
  audience: 'countersign-demo',
  lifetime: 3600,
  signsIn: true,
  variants: {
    ada: () => person('ada', 'Ada', 'acme.example', ['engineering', 'platform']),
    grace: () => person('grace', 'Grace', 'acme.example', ['engineering']),
    visitor: () => person('visitor', 'A Visitor', 'elsewhere.example', []),
    unverified: () => ({ ...person('eve', 'Eve', 'acme.example', []), email_verified: false }),
  },
};

function person(login: string, name: string, domain: string, groups: readonly string[]): Claims {
  return {
    sub: `corp-${login}`,
    azp: 'countersign-demo',
    email: `${login}@${domain}`,
    email_verified: true,
    name,
    preferred_username: login,
    groups,
  };
}
