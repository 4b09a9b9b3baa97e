/**
 * Why a condition held or did not: a closed list, two codes a criterion. Logs, metrics and explanations use these
 * codes; callers of the token endpoint never see them (errors are two-tiered, contracts of disclosure).
 */

/** The things a policy can ask about. */
export const CRITERIA = [
  'accept',
  'reject',
  'actor',
  'authenticated_user',
  'claim',
  'client_certificate',
  'condition',
  'cors_preflight',
  'date',
  'day_of_week',
  'domain',
  'email',
  'groups',
  'http_method',
  'http_path',
  'issuer',
  'organization',
  'permission',
  'runner',
  'source_ip',
  'target',
  'team',
  'time_of_day',
  'token_type',
  'user',
] as const;

export type Criterion = (typeof CRITERIA)[number];

/**
 * `X-ok`: the criterion held. `X-unauthorized`: it was looked at and did not. `X-unauthenticated`: there was nobody
 * to look at. `X-error`: it could not be evaluated.
 */
export type Reason =
  | `${Criterion}-${'ok' | 'unauthorized' | 'unauthenticated' | 'error'}`
  | 'no-rule-matched';
