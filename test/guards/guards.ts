import { administrationGuards } from './administration.ts';
import { attackGuards } from './attack.ts';
import { auditGuards } from './audit.ts';
import { commandLineGuards } from './command-line.ts';
import { conditionGuards } from './conditions.ts';
import { configGuards } from './config.ts';
import { coreGuards } from './core.ts';
import { deviceGuards } from './device.ts';
import { directBearerGuards } from './direct-bearer.ts';
import { edgeGuards } from './edges.ts';
import { forwardAuthGuards } from './forward-auth.ts';
import { gatewayRouteGuards } from './gateway-routes.ts';
import { gatewayUpstreamGuards } from './gateway-upstreams.ts';
import { gatewayGuards } from './gateway.ts';
import type { Guard } from './guard.ts';
import { lintGuards } from './lint.ts';
import { listenerGuards } from './listeners.ts';
import { loginGuards } from './login.ts';
import { madeTokenGuards } from './made-tokens.ts';
import { metricsGuards } from './metrics.ts';
import { oauthGuards } from './oauth.ts';
import { pageGuards } from './pages.ts';
import { peopleGuards } from './people.ts';
import { policyGuards } from './policy.ts';
import { providerClientGuards } from './provider-client.ts';
import { reloadGuards } from './reload.ts';
import { routeExplanationGuards } from './route-explanation.ts';
import { routeHostGuards } from './route-hosts.ts';
import { routeGuards } from './routes.ts';
import { serviceAccountGuards } from './service-accounts.ts';
import { sessionGuards } from './sessions.ts';
import { stateGuards } from './state.ts';
import { storageGuards } from './storage.ts';
import { tokenGuards } from './tokens.ts';
import { trustGuards } from './trust.ts';
import { wireGuards } from './wire.ts';

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
  ...loginGuards,
  ...madeTokenGuards,
  ...serviceAccountGuards,
  ...oauthGuards,
  ...edgeGuards,
  ...gatewayGuards,
  ...gatewayRouteGuards,
  ...gatewayUpstreamGuards,
  ...routeGuards,
  ...forwardAuthGuards,
  ...listenerGuards,
  ...directBearerGuards,
  ...peopleGuards,
  ...pageGuards,
  ...providerClientGuards,
  ...sessionGuards,
  ...routeHostGuards,
  ...deviceGuards,
  ...routeExplanationGuards,
  ...reloadGuards,
  ...commandLineGuards,
  ...attackGuards,
  ...metricsGuards,
  ...wireGuards,
];
