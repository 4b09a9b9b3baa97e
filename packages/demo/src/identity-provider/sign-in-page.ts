import type { Claims, Json } from '@countersign/core';
import type { Minter } from './mint.ts';

/** The page on which somebody says who they are. Nothing of what the client asked is on it. */
export function signInPage({ url, issuer }: Minter, request: string): string {
  const people = Object.entries(issuer.variants).map(([variant, make]) =>
    personLink(`${url}/choose?${new URLSearchParams({ request, variant }).toString()}`, make(NOBODY)),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Who are you?</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 30rem; margin: 3rem auto; padding: 0 1rem; }
  li { margin: 0.5rem 0; }
</style>
<main>
  <h1>Who are you?</h1>
  <p>This is the identity provider of the demo. It believes whatever you say.</p>
  <ul>
    ${people.join('\n    ')}
  </ul>
</main>
</html>
`;
}

/** What people say of themselves does not depend on when. */
const NOBODY = { now: 0, serial: 0 };

function personLink(href: string, { name, email, email_verified: isVerified }: Claims): string {
  const doubt = isVerified === true ? '' : ', which nobody has verified';
  return `<li><a href="${escaped(href)}">${escaped(name)}</a>, ${escaped(email)}${doubt}</li>`;
}

function escaped(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : '';
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
