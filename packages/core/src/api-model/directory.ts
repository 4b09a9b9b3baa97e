import * as z from 'zod';
import { source, timeText, unknownMember } from './issuers.ts';
import { description, label, unchanged } from './text.ts';

/** Whom and what an organization consists of, over the API: members, teams, agent pools (which are its runners). */

/** It ends up in scopes, ids and principals: no `:`, `/` or space, which separate there. As in the configuration file. */
export const directoryName = z
  .string({ error: 'expected a text' })
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'expected 1 to 100 letters, digits, ".", "_" or "-", the first a letter or digit',
  );

const role = z.enum(['admin', 'member'], { error: 'expected admin or member' });

const email = z
  .string({ error: 'expected a text' })
  .regex(/^[^\s@\p{Cc}\p{Cf}]{1,64}@[^\s@\p{Cc}\p{Cf}]{1,190}$/u, 'expected an email address');

const person = {
  email: unchanged(email).describe('One person in an organization; the same in all of them.'),
  name: unchanged(label).describe('What people call them.'),
};

export const memberCreation = z.strictObject({ role, ...person }, { error: unknownMember });

export type MemberCreation = z.output<typeof memberCreation>;

export const memberUpdate = z
  .strictObject(
    {
      role: unchanged(role),
      fgaRoleId: unchanged(role).describe('The same as role: ids of the two roles are their names.'),
      ...person,
    },
    { error: unknownMember },
  )
  .refine(({ role: one, fgaRoleId: other }) => !isGiven(one) || !isGiven(other), {
    error: 'expected one of role and fgaRoleId',
    path: ['fgaRoleId'],
  });

export type MemberUpdate = z.output<typeof memberUpdate>;

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Which account of an identity provider a member signs in with. */
export const identityView = z.strictObject({
  id: z.string().describe('`idn_…`'),
  login: z.string().describe('Of the member.'),
  issuerId: z.string().describe('`idp_…`, as `issuerId` of their sessions.'),
  identityProvider: z.string().optional().describe('Its name; absent when the file has it no more.'),
  subject: z.string().describe('`sub` of their id_tokens.'),
  created: timeText,
});

export type IdentityView = z.output<typeof identityView>;

export const identityList = z.strictObject({ identities: z.array(identityView) });

export const memberView = z.strictObject({
  role,
  fgaRole: z.strictObject({ id: role, name: role }),
  user: z.strictObject({
    id: z.string().describe('`usr_…`, the same in every organization.'),
    githubLogin: z.string().describe('The login.'),
    name: z.string(),
    email: z.string().describe('Empty when it is not known.'),
    avatarUrl: z.literal(''),
  }),
  created: timeText.optional(),
  knownToPulumi: z.literal(true),
  virtualAdmin: z.literal(false),
  source,
});

export type MemberView = z.output<typeof memberView>;

export const memberList = z.strictObject({
  members: z.array(memberView),
  continuationToken: z.string().optional(),
});

/** Empty: the name is shown. */
const displayName = z
  .string({ error: 'expected a text' })
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,100}$/u, 'expected at most 100 characters, none of them invisible');

export const teamCreation = z.strictObject(
  {
    name: directoryName,
    displayName: unchanged(displayName),
    description: unchanged(description),
    organization: unchanged(z.string({ error: 'expected a text' })).describe('Of the path, if it is given.'),
    teamType: unchanged(z.literal('pulumi', { error: 'expected pulumi' })),
  },
  { error: unknownMember },
);

export type TeamCreation = z.output<typeof teamCreation>;

export const teamUpdate = z
  .strictObject(
    {
      newDisplayName: unchanged(displayName),
      newDescription: unchanged(description),
      member: unchanged(directoryName).describe('Login of a member of the organization.'),
      memberAction: unchanged(
        z.enum(['add', 'remove', 'promote', 'demote'], {
          error: 'expected add, remove, promote or demote',
        }),
      ).describe('promote: to an admin of the team, who looks after its tokens; demote: no longer.'),
    },
    { error: unknownMember },
  )
  .refine(({ member, memberAction }) => isGiven(member) === isGiven(memberAction), {
    error: 'expected member and memberAction together',
    path: ['member'],
  });

export type TeamUpdate = z.output<typeof teamUpdate>;

export const teamView = z.strictObject({
  kind: z.literal('pulumi'),
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  userRole: z.enum(['none', 'member', 'admin']).describe('Of whoever asks.'),
  members: z.array(
    z.strictObject({ name: z.string(), githubLogin: z.string(), avatarUrl: z.literal(''), role }),
  ),
  stacks: z.array(z.never()),
  environments: z.array(z.never()),
  accounts: z.array(z.never()),
  roleIds: z.array(z.never()),
  created: timeText.optional(),
  source,
});

export type TeamView = z.output<typeof teamView>;

export const teamList = z.strictObject({ teams: z.array(teamView) });

export const agentPoolCreation = z.strictObject(
  { name: directoryName, description: unchanged(description) },
  { error: unknownMember },
);

export type AgentPoolCreation = z.output<typeof agentPoolCreation>;

export const agentPoolUpdate = z.strictObject(
  {
    name: unchanged(directoryName).describe('Tokens of the old name are over with it.'),
    description: unchanged(description),
  },
  { error: unknownMember },
);

export type AgentPoolUpdate = z.output<typeof agentPoolUpdate>;

/** The answer to a creation: the one time that the value is shown. */
export const createdAgentPool = z.strictObject({ id: z.string(), tokenValue: z.string() });

const pool = {
  id: z.string().describe('`run_…`; scope `runner:ID` means the same as `runner:NAME`.'),
  name: z.string(),
  description: z.string(),
  created: z.number().describe('Epoch seconds; 0: the file declares it.'),
  lastSeen: z.literal(0),
  status: z.literal('offline').describe('Whether an agent is running is not known here.'),
  isDefault: z.literal(false),
  source,
};

export const agentPoolSummary = z.strictObject(pool);

export type AgentPoolSummary = z.output<typeof agentPoolSummary>;

export const agentPoolView = z.strictObject({ ...pool, agents: z.array(z.never()) });

export const agentPoolList = z.strictObject({ agentPools: z.array(agentPoolSummary) });
