import { attackGuards } from './attack.ts';
import { commandLineGuards } from './command-line.ts';
import { configGuards } from './config.ts';
import { coreGuards } from './core.ts';
import { edgeGuards } from './edges.ts';
import { gatewayGuards } from './gateway.ts';
import type { Guard } from './guard.ts';
import { policyGuards } from './policy.ts';
import { stateGuards } from './state.ts';
import { storageGuards } from './storage.ts';
import { trustGuards } from './trust.ts';

/** Every guard of the product. Adding one is a row in the list of its area. */
export const guards: readonly Guard[] = [
  ...policyGuards,
  ...coreGuards,
  ...configGuards,
  ...trustGuards,
  ...stateGuards,
  ...storageGuards,
  ...edgeGuards,
  ...gatewayGuards,
  ...commandLineGuards,
  ...attackGuards,
];
