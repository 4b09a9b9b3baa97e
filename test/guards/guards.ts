import { coreGuards } from './core.ts';
import type { Guard } from './guard.ts';
import { storageGuards } from './storage.ts';
import { trustGuards } from './trust.ts';

/** Every guard of the product. Adding one is a row in the list of its area. */
export const guards: readonly Guard[] = [...coreGuards, ...trustGuards, ...storageGuards];
