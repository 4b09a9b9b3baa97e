import { administrationGuards } from './administration.ts';
import { attackGuards } from './attack.ts';
import { auditGuards } from './audit.ts';
import { commandLineGuards } from './command-line.ts';
import { conditionGuards } from './conditions.ts';
import { configGuards } from './config.ts';
import { coreGuards } from './core.ts';
import { edgeGuards } from './edges.ts';
import { forwardAuthGuards } from './forward-auth.ts';
import { gatewayRouteGuards } from './gateway-routes.ts';
import { gatewayGuards } from './gateway.ts';
import type { Guard } from './guard.ts';
import { lintGuards } from './lint.ts';
import { madeTokenGuards } from './made-tokens.ts';
import { oauthGuards } from './oauth.ts';
import { policyGuards } from './policy.ts';
import { reloadGuards } from './reload.ts';
import { routeGuards } from './routes.ts';
import { stateGuards } from './state.ts';
import { storageGuards } from './storage.ts';
import { tokenGuards } from './tokens.ts';
import { trustGuards } from './trust.ts';

/** Every guard of the product. Adding one is a row in the list of its area. */
export const guards: readonly Guard[] = [
  ...policyGuards,
  ...conditionGuards,
  ...lintGuards,
  ...coreGuards,
  ...configGuards,
  ...trustGuards,
  ...stateGuards,
  ...storageGuards,
  ...auditGuards,
  ...tokenGuards,
  ...administrationGuards,
  ...madeTokenGuards,
  ...oauthGuards,
  ...edgeGuards,
  ...gatewayGuards,
  ...gatewayRouteGuards,
  ...routeGuards,
  ...forwardAuthGuards,
  ...reloadGuards,
  ...commandLineGuards,
  ...attackGuards,
];
