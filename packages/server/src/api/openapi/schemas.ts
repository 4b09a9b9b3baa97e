import * as document from '@countersign/core/api-document';
import * as model from '@countersign/core/api-model';
import * as z from 'zod';

/** The schemas of the document by the names that generated clients will have for them. */

const BODIES = {
  OrganizationCreation: model.organizationCreation,
  MemberCreation: model.memberCreation,
  MemberUpdate: model.memberUpdate,
  TeamCreation: model.teamCreation,
  TeamUpdate: model.teamUpdate,
  AgentPoolCreation: model.agentPoolCreation,
  AgentPoolUpdate: model.agentPoolUpdate,
  IssuerRegistration: model.issuerRegistration,
  IssuerUpdate: model.issuerUpdate,
  PolicyDefinition: model.policyDefinition,
  PoliciesUpdate: model.policiesUpdate,
  PersonalTokenCreation: model.personalTokenCreation,
  TeamTokenCreation: model.teamTokenCreation,
  OrganizationTokenCreation: model.organizationTokenCreation,
  ServiceAccountCreation: model.serviceAccountCreation,
  ServiceAccountUpdate: model.serviceAccountUpdate,
  ServiceAccountTokenCreation: model.serviceAccountTokenCreation,
  TokenRotation: model.tokenRotation,
  MassRevocation: document.massRevocation,
  ExplainQuestion: document.explainQuestion,
  KeyRotation: document.keyRotation,
  TokenRequest: document.tokenRequest,
  IdTokenRequest: document.idTokenRequest,
  TokenReference: document.tokenReference,
  LogoutNotice: document.logoutNotice,
  DeviceAuthorizationRequest: document.deviceAuthorizationRequest,
} as const;

const ANSWERS = {
  Error: document.apiErrorView,
  OAuthError: document.oauthErrorView,
  ExchangeError: document.exchangeErrorView,
  User: document.userView,
  DefaultOrganization: document.defaultOrganizationView,
  Capabilities: document.capabilitiesView,
  Organization: model.organizationView,
  OrganizationList: model.organizationList,
  Member: model.memberView,
  MemberList: model.memberList,
  Identity: model.identityView,
  IdentityList: model.identityList,
  Team: model.teamView,
  TeamList: model.teamList,
  AgentPool: model.agentPoolView,
  AgentPoolList: model.agentPoolList,
  CreatedAgentPool: model.createdAgentPool,
  Issuer: model.issuerView,
  IssuerList: model.issuerList,
  PolicyList: model.policyListView,
  MadeToken: model.madeTokenView,
  ExchangedToken: model.exchangedTokenView,
  TokenList: model.tokenList,
  CreatedToken: model.createdToken,
  DeviceAuthorizationAnswer: document.deviceAuthorizationAnswer,
  Route: document.routeView,
  RouteList: document.routeList,
  ServiceAccount: model.serviceAccountView,
  ServiceAccountList: model.serviceAccountList,
  RotatedToken: model.rotatedToken,
  MassRevocationAnswer: document.massRevocationAnswer,
  DecisionSummary: document.decisionSummaryView,
  DecisionList: document.decisionList,
  Decision: document.decisionView,
  TraceNode: document.traceNode,
  RuleTrace: document.ruleTrace,
  ExplainAnswer: document.explainAnswer,
  KeyRing: document.keyRingView,
  KeyRingList: document.keyRingList,
  TokenAnswer: document.tokenAnswer,
  IdTokenAnswer: document.idTokenAnswer,
  IntrospectionAnswer: document.introspectionAnswer,
  AudienceAnswer: document.audienceAnswer,
  AuthorizationServerMetadata: document.authorizationServerMetadataView,
  OpenidConfiguration: document.openidConfigurationView,
  KeySet: document.keySetView,
  Readiness: document.readinessView,
  OpenApiDocument: document.openApiDocumentView,
} as const;

export type BodyName = keyof typeof BODIES;

export type AnswerName = keyof typeof ANSWERS;

export const schemaReference = (name: AnswerName | BodyName) => ({ $ref: `${PLACE}${name}` });

const PLACE = '#/components/schemas/';

/** For `components.schemas`: bodies as they may be sent, answers as they come. */
export function componentSchemas(): Readonly<Record<string, unknown>> {
  return { ...jsonSchemas(BODIES, 'input'), ...jsonSchemas(ANSWERS, 'output') };
}

function jsonSchemas(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { __shared: _, ...named } = z.toJSONSchema(registry, { io, uri: (id) => `${PLACE}${id}` }).schemas;
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, tidy(schema)]));
}

/**
 * What zod adds that says nothing here: identifiers, which the place in the document is already; that names of members
 * are texts; and what recurs without a name of its own, which of our schemas only "any JSON" does.
 */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const { $schema: _, $id: __, propertyNames: ___, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof rest['$ref'] === 'string' && rest['$ref'].includes('__shared')) return {};
  const tidied = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, tidy(member)]));
  return withoutAlternative(tidied);
}

/** `anyOf` with null, where `type` can say the same: for readers, and for generators that make a class of each `anyOf`. */
function withoutAlternative(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const [one, other, third] = anyOf as readonly (Readonly<Record<string, unknown>> | undefined)[];
  if (third !== undefined || other?.['type'] !== 'null' || typeof one?.['type'] !== 'string') return schema;
  const { type, enum: values, const: value, ...constraints } = one;
  if (value !== undefined) return schema;
  const choices = Array.isArray(values) ? { enum: [...(values as readonly unknown[]), null] } : {};
  return { ...rest, type: [type, 'null'], ...choices, ...constraints };
}
