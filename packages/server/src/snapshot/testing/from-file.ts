import { ok } from '@countersign/core';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/model.ts';
import { compileSnapshot } from '../compile.ts';
import type { Snapshot } from '../model.ts';

/** What the tests of snapshots stand on: files of one organization, read and compiled as `serve` does it. */

export function configOf(file: object): Config {
  const text = JSON.stringify({ url: 'https://cs.example', ...file });
  const loaded = loadConfig({ file: '/c.yaml', env: {}, readFile: () => ok(text) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.config;
}

export function snapshotOf(file: object): Snapshot {
  const compiled = compileSnapshot(configOf(file));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

export const allow = { decision: 'allow', token_type: 'team', team: 'platform' };

export function acme(...policies: readonly object[]) {
  return {
    organizations: [
      {
        name: 'acme',
        members: [{ login: 'ada', role: 'admin' }],
        teams: [{ name: 'platform', members: ['ada'] }],
        runners: [{ name: 'linux' }],
        issuers: [{ name: 'ci', url: 'https://ci.example/', policies }],
      },
    ],
  };
}
