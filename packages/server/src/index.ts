/**
 * `@countersign/server`: what the command line and the demo start. Everything else is inside.
 */
export { startServer, type RunningServer, type StartOptions } from './main.ts';
export type { StartFailure } from './start-failure.ts';
export { explainFromStorage } from './explain-from-storage.ts';
export { explainOffline, type OfflineExplanation, type OfflineQuestion } from './explain-offline.ts';
export { isStrictToken, verifyTokenSignature } from './inspect-token.ts';
export { exportAuditFromStorage, verifyAuditFromStorage, type StoredVerdict } from './audit-from-storage.ts';
export { resetKeysOfStorage } from './reset-keys.ts';
export { probeIssuer, type IssuerProbe } from './adapters/issuer-probe.ts';
export { SUBJECT_ALGORITHMS } from './trust/port.ts';
export {
  loadConfig,
  loadConfigFile,
  formatProblem,
  type ConfigFinding,
  type ConfigProblem,
  type LoadedConfig,
} from './config/load.ts';
export { describeRoutes, type DescribedRoute } from './config/describe-routes.ts';
export { configJsonSchema } from './config/json-schema.ts';
export { readTextFile } from './config/text-file.ts';
export { certificatesFault } from './config/certificates.ts';
export { findConfigFile } from './config/find.ts';
export { compileSnapshot } from './snapshot/compile.ts';
export type { DecisionExplanation } from './audit/explain-decision.ts';
