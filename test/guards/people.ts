import type { Guard } from './guard.ts';

/** Who people are: verified emails, first sign-ins, identities, sessions and what organizations say of them. */

const SERVER = 'packages/server/src/';
const EXCHANGE = `${SERVER}exchange/`;
const PEOPLE = `${SERVER}programmatic/`;

type Rest = Omit<Guard, 'file' | 'test'>;

const row = (file: string, test: string, rest: Rest): Guard => ({ file, test, ...rest });

const email = (rest: Rest): Guard => row(`${EXCHANGE}person.ts`, `${EXCHANGE}person.test.ts`, rest);

const emails: readonly Guard[] = [
  email({
    threat: '3 escalation',
    name: 'an email is verified by true and by nothing else',
    guard: "'email_verified']) === true;",
    without: "'email_verified']) !== undefined;",
    fails: 'does not count an email that is verified as a string',
  }),
  email({
    threat: '3 escalation',
    name: 'what is said of an email is not said of a name that people choose themselves',
    guard: "if (!parsed.ok || parsed.value.at(-1) !== 'email') return false;",
    without: 'if (!parsed.ok) return false;',
    fails: 'by the provider’s word alone',
  }),
  email({
    threat: '3 escalation',
    name: 'a domain follows the last @',
    guard: 'const domain = foldCase(email.slice(at + 1));',
    without: "const domain = foldCase(email.split('@')[1] ?? '');",
    fails: 'does not count an email that is with the domain in its local part',
  }),
  email({
    threat: '3 escalation',
    name: 'an email that looks like another is none',
    guard: '  if (/[\\s\\p{C}]/u.test(email)) return undefined;\n',
    without: '',
    fails: 'does not count an email that is with something that nobody sees',
  }),
  row(`${SERVER}config/schema/identity-provider.ts`, `${SERVER}config/schema/identity-provider.test.ts`, {
    threat: '15 operations',
    name: 'an email that could never count is refused at load',
    guard: "return parsed.ok && parsed.value.at(-1) === 'email';",
    without: 'return parsed.ok;',
    fails: 'says itself that an email of another name is verified',
  }),
];

const member = (rest: Rest): Guard =>
  row(`${EXCHANGE}memberships.ts`, `${EXCHANGE}memberships.test.ts`, rest);

const members: readonly Guard[] = [
  row(`${EXCHANGE}memberships.ts`, `${PEOPLE}people.test.ts`, {
    threat: '3 escalation',
    name: 'whoever is known is recognised by provider and sub, not by email',
    guard: '    if (identity) {\n',
    without: '    if (identity && organization === undefined) {\n',
    fails: 'is recognised by provider and sub, whatever the email says now',
  }),
  row(`${EXCHANGE}memberships.ts`, `${PEOPLE}people.test.ts`, {
    threat: '18 tenants',
    name: 'a provider makes members of the organizations that it lists',
    guard: '  for (const organization of organizations) {\n',
    without: '  for (const organization of snapshot.organizations.keys()) {\n',
    fails: 'binds nobody in an organization that the provider does not list',
  }),
  member({
    threat: '3 escalation',
    name: 'another account with the email of a member is nobody',
    guard: ' && !conflicts.includes(name)',
    without: '',
    fails: 'counts nowhere by a member who is another account',
  }),
  row(`${EXCHANGE}memberships.ts`, `${PEOPLE}people-leaving.test.ts`, {
    threat: '3 escalation',
    name: 'who was a member does not come back as a stranger',
    guard: '!departed.includes(name) && ',
    without: '',
    fails: 'who is removed is nobody, and does not come back as a stranger',
  }),
  member({
    threat: '3 escalation',
    name: 'an identity is of one member, not of whoever has the login next',
    guard: 'if (directory?.members.get(identity.login)?.user === identity.user) known.push(identity);',
    without: 'if (directory?.members.has(identity.login)) known.push(identity);',
    fails: 'be it another of that login',
  }),
  member({
    threat: '3 escalation',
    name: 'an email of two members is nobody’s',
    guard: 'index.set(folded, index.has(folded) ? null : member);',
    without: 'index.set(folded, member);',
    fails: 'where several have it',
  }),
  row(`${EXCHANGE}memberships.ts`, `${PEOPLE}people.test.ts`, {
    threat: '3 escalation',
    name: 'emails are compared in ASCII',
    guard: 'return index.get(foldCase(email)) ?? undefined;',
    without: 'return index.get(email.toLowerCase()) ?? undefined;',
    fails: 'binds nobody by a letter that only Unicode takes for another',
  }),
];

const binding: readonly Guard[] = [
  row(`${SERVER}storage/repositories/identities.ts`, `${SERVER}storage/repositories/identities.test.ts`, {
    threat: '3 escalation',
    name: 'of two first sign-ins at once one wins',
    guard: 'return { ...INSERT_IDENTITY({ ...rest, user_id, created_at }), changes: 1 };',
    without: 'return INSERT_IDENTITY({ ...rest, user_id, created_at });',
    fails: 'are one of a member at a provider',
  }),
  row(`${SERVER}storage/migrations/0004-identities.ts`, `${SERVER}storage/repositories/identities.test.ts`, {
    threat: '3 escalation',
    name: 'the database itself lets a member be one person of a provider',
    guard: '    .unique()\n',
    without: '',
    fails: 'are one of a member at a provider',
  }),
  row(`${EXCHANGE}sign-in.ts`, `${PEOPLE}people-leaving.test.ts`, {
    threat: '3 escalation',
    name: 'nobody signs in as a member who is being removed',
    guard: 'bindings: [sameObjectsVersion(version), ...made]',
    without: 'bindings: [...made]',
    fails: 'who is removed while they sign in is not bound',
  }),
  row(`${EXCHANGE}sign-in.ts`, `${PEOPLE}people.test.ts`, {
    threat: '3 escalation',
    name: 'whom no organization believes is told no at the door',
    guard: '    if (refusal) return found.refuse.verified(refusal, found.about);\n',
    without: '',
    fails: 'keeps another account with that email out',
  }),
  row(`${SERVER}storage/repositories/identities.ts`, `${PEOPLE}people.test.ts`, {
    threat: '3 escalation',
    name: 'a sub says something at its provider alone',
    guard: 'where "provider" = ? and "subject" = ? order by "organization"',
    without: 'where coalesce("provider", ?) <> \'\' and "subject" = ? order by "organization"',
    fails: 'is another at another provider, also of the same issuer',
  }),
  row(`${EXCHANGE}provider-of.ts`, `${EXCHANGE}provider-of.test.ts`, {
    threat: '2 issuer',
    name: 'an issuer is asked of its own providers',
    guard: 'identityProviders.get(issuerKey(iss)) : undefined',
    without: '[...identityProviders.values()].flat() : undefined',
    fails: 'is none of another issuer, whatever the audience',
  }),
  row(`${EXCHANGE}exchange-id-token.ts`, `${PEOPLE}people-organizations.test.ts`, {
    threat: '2 audience',
    name: 'nobody guesses which of two clients an id_token is for',
    guard:
      "  if (claimed.ambiguous) return refuse.verified({ code: 'token.audience', hint: AMBIGUOUS }, about);\n",
    without: '',
    fails: 'are told apart by the client of an id_token',
  }),
  row(`${SERVER}config/provider-clients.ts`, `${SERVER}config/provider-clients.test.ts`, {
    threat: '2 audience',
    name: 'a client is one provider’s',
    guard: '      if (owner === name) return [];\n',
    without: '      if (owner !== undefined) return [];\n',
    fails: 'have clients of their own',
  }),
  row(`${SERVER}administration/members.ts`, `${PEOPLE}people-leaving.test.ts`, {
    threat: '3 escalation',
    name: 'a member who is made anew is not whoever was one before',
    guard:
      "    more: [deleteIdentitiesOfMember({ organization: place.organization, user: fileId('usr', login) })],\n",
    without: '',
    fails: 'who is made anew signs in for the first time',
  }),
  row(`${SERVER}administration/identities.ts`, `${PEOPLE}people.test.ts`, {
    threat: '3 escalation',
    name: 'sessions end with the identity that they came of',
    guard: "    revoke: [{ by: 'principal', value: id }],\n",
    without: '',
    fails: 'until the identity is taken away',
  }),
  row(`${SERVER}api/identities.ts`, 'test/e2e/programmatic-people.test.ts', {
    threat: '18 tenants',
    name: 'nobody takes away an identity of another organization',
    guard: 'identitiesOfMember({ organization: call.organization().name, user }, MOST)',
    without: "identitiesOfMember({ organization: 'acme', user }, MOST)",
    fails: 'is kept out until an administrator takes the identity away',
  }),
];

const tenants: readonly Guard[] = [
  row('packages/core/src/principal.ts', 'packages/core/src/principal.test.ts', {
    threat: '18 tenants',
    name: 'a person is to an organization whom it knows, and not whom another does',
    guard: 'memberships?.find((one) => one.organization === organization)',
    without: 'memberships?.[0]',
    fails: 'is to each what it says, and to nobody what another says',
  }),
  row('packages/core/src/principal.ts', 'packages/core/src/principal.test.ts', {
    threat: '18 tenants',
    name: 'as a member of one organization a person counts in that one',
    guard: 'vouchedBy: { ...vouchedBy, organizations: [organization] },',
    without: 'vouchedBy,',
    fails: 'counts where it is somebody in that organization alone',
  }),
  row(`${EXCHANGE}sign-in.ts`, `${PEOPLE}people-organizations.test.ts`, {
    threat: '18 tenants',
    name: 'a session of several organizations is none of theirs',
    guard: 'organization === undefined || another !== undefined ? {} : { organization };',
    without: 'organization === undefined ? {} : { organization };',
    fails: 'each know a person as they say',
  }),
  row(`${SERVER}snapshot/session-standing.ts`, `${SERVER}snapshot/session-standing.test.ts`, {
    threat: '3 escalation',
    name: 'a session ends where its member has left',
    guard: '      isMemberStill(snapshot, principal, name) &&\n',
    without: '',
    fails: 'ends where the member that they were has left',
  }),
  row(`${SERVER}snapshot/session-standing.ts`, `${SERVER}snapshot/session-standing.test.ts`, {
    threat: '3 escalation',
    name: 'a session ends where it was revoked',
    guard: '!(isShared && revocations.endedIn(name, token) >= token.issuedAt)',
    without: 'isShared !== undefined',
    fails: 'ends where it was revoked',
  }),
  row(`${SERVER}gateway/still-admitted.ts`, `${SERVER}gateway/still-admitted.test.ts`, {
    threat: '18 tenants',
    name: 'a connection ends with what its holder is on its route',
    guard: 'if (now === undefined || principalId(now.principal) !== speaker) return false;',
    without: 'if (now === undefined || speaker === undefined) return false;',
    fails: 'is over when they are somebody else there',
  }),
  row(`${SERVER}gateway/still-admitted.ts`, `${SERVER}gateway/still-admitted.test.ts`, {
    threat: '12 sessions',
    name: 'a connection ends with what its policy says of its holder',
    guard: "return evaluate(route.policy, facts).effect === 'allow';",
    without: 'return evaluate(route.policy, facts) !== undefined;',
    fails: 'is over when their provider says another group',
  }),
  row(`${SERVER}gateway/still-admitted.ts`, `${SERVER}gateway/still-admitted.test.ts`, {
    threat: '18 tenants',
    name: 'a connection ends with its route',
    guard: 'if (!routed.ok) return false;',
    without: 'if (!routed.ok) return true;',
    fails: 'is over when nothing leads there any more',
  }),
  row(`${SERVER}tokens/mass-revocations.ts`, `${SERVER}tokens/mass-revocations.test.ts`, {
    threat: '18 tenants',
    name: 'one organization ends no session in another',
    guard: 'const own = organization === undefined ? NEVER : endedIn(organizations, organization, holder);',
    without:
      'const own = endedIn(organizations, organization ?? [...organizations.keys()][0] ?? EVERYWHERE, holder);',
    fails: 'of several end in the one that ends them',
  }),
  row(`${SERVER}tokens/mass-revocations.ts`, `${SERVER}tokens/mass-revocations.test.ts`, {
    threat: '3 escalation',
    name: 'what ends sessions everywhere ends no other token',
    guard: 'return isSession(holder) ? Math.max(own, endedIn(organizations, EVERYWHERE, holder)) : own;',
    without: 'return Math.max(own, endedIn(organizations, EVERYWHERE, holder));',
    fails: 'and no other token does',
  }),
  row(`${SERVER}api/sessions.ts`, 'test/e2e/programmatic-people.test.ts', {
    threat: '18 tenants',
    name: 'what one organization has ended is not shown as ended everywhere',
    guard: 'return massRevocations.covers(token) ? massRevocations.endedUntil(token) : -Infinity;',
    without: 'return massRevocations.endedUntil(token);',
    fails: 'of a shared provider end in the organization that ends them',
  }),
  row(`${SERVER}api/sessions.ts`, 'test/e2e/programmatic-people.test.ts', {
    threat: '18 tenants',
    name: 'one organization’s word ends no session that counts elsewhere too',
    guard: 'isOf(token, person) && isOwned(token, person)',
    without: 'isOf(token, person)',
    fails: 'of a shared provider end in the organization that ends them',
  }),
  row(`${SERVER}api/sessions.ts`, 'test/e2e/programmatic-people.test.ts', {
    threat: '3 escalation',
    name: 'nobody ends a session of somebody else',
    guard: "if (prefix !== 'css' || issuer !== person.provider || subject !== person.subject) return false;",
    without: "if (prefix !== 'css') return false;",
    fails: 'are listed and ended by whose they are',
  }),
];

const trail = (rest: Rest): Guard =>
  row(`${SERVER}audit/verify-identities.ts`, `${PEOPLE}people-trail.test.ts`, rest);

const trails: readonly Guard[] = [
  trail({
    threat: '14 fail closed',
    name: 'an identity that nobody bound breaks the trail',
    guard: 'if (said === undefined) return unnamed(`no sign-in bound the identity ${name}`);',
    without: 'if (said === undefined) continue;',
    fails: 'shows when an identity is put in',
  }),
  trail({
    threat: '14 fail closed',
    name: 'an identity that was changed breaks the trail',
    guard: 'if (said.digest !== digest) return unnamed(`the identity ${name} is not as it was bound`);',
    without: '',
    fails: 'shows when an identity is changed',
  }),
  trail({
    threat: '14 fail closed',
    name: 'an identity that was taken away and is there breaks the trail',
    guard: 'if (removedAt(heard, said) > said.on)',
    without: 'if (removedAt(heard, said) > Infinity)',
    fails: 'shows when an identity that was taken away is put back',
  }),
  trail({
    threat: '14 fail closed',
    name: 'an identity that is gone by nobody breaks the trail',
    guard: 'if (removedAt(heard, said) <= said.on)',
    without: 'if (removedAt(heard, said) < -1)',
    fails: 'shows when an identity is taken out',
  }),
  row(`${PEOPLE}token-endpoint.ts`, 'test/e2e/programmatic-refusals.test.ts', {
    threat: '14 fail closed',
    name: 'whoever is refused for who they are is challenged',
    guard: 'if (![400, 401].includes(REFUSALS[refusal.code].status)) return answer;',
    without: 'if (![400].includes(REFUSALS[refusal.code].status)) return answer;',
    fails: 'refuses another account with the email of a member',
  }),
];

export const peopleGuards: readonly Guard[] = [...emails, ...members, ...binding, ...tenants, ...trails];
