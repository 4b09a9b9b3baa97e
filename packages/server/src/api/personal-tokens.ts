import { principalId } from '@countersign/core';
import { personalTokenCreation } from '@countersign/core/api-model';
import { memberOf } from '../caller/role.ts';
import type { Answer } from '../http/message.ts';
import type { Organization } from '../snapshot/model.ts';
import { apiError } from './answer.ts';
import { readBodyAs } from './json-body.ts';
import {
  createdTokenAnswer,
  deletedTokenAnswer,
  madeTokensAnswer,
  type MadeTokensDeps,
} from './made-tokens.ts';
import type { ApiCall } from './operation.ts';

/** A person's own tokens, in the organization that vouches for them: where none does, there are none. */

/** GET /api/user/tokens */
export async function getPersonalTokens(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const home = homeOf(deps, call);
  return home ? madeTokensAnswer(deps, call, home.organization, call.caller.principal) : NO_MEMBER;
}

/** POST /api/user/tokens `{description?, expires?}` → `{id, tokenValue}` */
export async function postPersonalToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const home = homeOf(deps, call);
  if (!home) return NO_MEMBER;
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, personalTokenCreation);
  if (!body.ok) return body.error;
  const target = { type: 'personal', login: home.login } as const;
  return createdTokenAnswer(deps, call, { organization: home.organization.name, target, ...body.value });
}

/** DELETE /api/user/tokens/{id} */
export async function deletePersonalToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const home = homeOf(deps, call);
  if (!home) return NO_MEMBER;
  return deletedTokenAnswer(
    deps,
    call,
    ({ principal, organization }) =>
      organization === home.organization.name &&
      principalId(principal) === principalId(call.caller.principal),
  );
}

const NO_MEMBER = apiError(
  403,
  'Tokens of people are their organization’s, and the caller is a member of none.',
);

interface Home {
  readonly organization: Organization;
  readonly login: string;
}

function homeOf({ snapshot }: MadeTokensDeps, { caller }: ApiCall): Home | undefined {
  const now = snapshot();
  const member = caller.principal.kind === 'user' ? memberOf(now, caller.principal) : undefined;
  const organization = member && now.organizations.get(member.organization);
  return organization && { organization, login: member.login };
}
