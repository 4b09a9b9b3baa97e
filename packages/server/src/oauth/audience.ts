import { parseAudience } from '@countersign/core';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { audienceOf } from './metadata.ts';
import { oauthError } from './token-management.ts';

/**
 * GET /api/oauth/audience?org=ORG → `{"audience"}`: what a client asks its platform for. Written from the template and
 * never looked up: the answer for an organization that does not exist is the same, so it lists none.
 */
export function audienceEndpoint(
  { snapshot }: { readonly snapshot: () => Snapshot },
  request: ServiceRequest,
): Answer {
  const [organization, another] = new URLSearchParams(request.query).getAll('org');
  if (organization === undefined || another !== undefined) return malformed();
  const audience = audienceOf(organization, snapshot().service.url);
  // What we would not read back as the audience of this very organization is no name of one.
  if (parseAudience(audience) !== organization) return malformed();
  return jsonAnswer(200, { audience });
}

function malformed(): Answer {
  return oauthError(400, 'invalid_request', 'The parameter org is not one name of an organization.');
}
