import { configGuards } from './config.ts';
import { coreGuards } from './core.ts';
import type { Guard } from './guard.ts';
import { stateGuards } from './state.ts';
import { storageGuards } from './storage.ts';
import { trustGuards } from './trust.ts';

/** Every guard of the product. Adding one is a row in the list of its area. */
export const guards: readonly Guard[] = [
  ...coreGuards,
  ...configGuards,
  ...trustGuards,
  ...stateGuards,
  ...storageGuards,
];
