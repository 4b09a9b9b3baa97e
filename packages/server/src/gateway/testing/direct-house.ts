/** What the tests of issuers on routes configure: an organization with two of them, and another organization beside it. */

export const allow = (over: object = {}) => ({
  decision: 'allow',
  token_type: 'organization',
  rules: { sub: 'repo:acme/*' },
  ...over,
});
const issuer = (over: object = {}) => ({
  name: 'ci',
  url: 'https://ci.example',
  policies: [allow()],
  ...over,
});
export const route = (over: object = {}) => ({
  name: 'app',
  from: 'https://app.example',
  to: 'http://127.0.0.1:9',
  organizations: ['acme'],
  issuers: ['acme/ci'],
  allow_any_authenticated_user: true,
  ...over,
});
export const house = (one: object = {}, routes: readonly object[] = [route()]) => ({
  organizations: [
    {
      name: 'acme',
      teams: [{ name: 'platform', members: [] }],
      runners: [{ name: 'linux' }],
      issuers: [issuer(one), issuer({ name: 'other', url: 'https://other.example' })],
    },
    { name: 'globex', issuers: [issuer({ name: 'theirs', url: 'https://theirs.example' })] },
  ],
  routes,
});
