/**
 * `@countersign/server`: what the command line and the demo start. Everything else is inside.
 */
export { startServer, type RunningServer, type StartOptions } from './main.ts';
export type { StartFailure } from './start-failure.ts';
export { explainFromStorage } from './explain-from-storage.ts';
export { loadConfig, formatProblem, type ConfigProblem, type LoadedConfig } from './config/load.ts';
export { readTextFile } from './config/text-file.ts';
export { findConfigFile } from './config/find.ts';
export { compileSnapshot } from './snapshot/compile.ts';
export type { DecisionExplanation } from './audit/explain-decision.ts';
