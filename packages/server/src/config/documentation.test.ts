import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { err, ok } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../../test/support/certificates.ts';
import { compileSnapshot } from '../snapshot/compile.ts';
import { configJsonSchema } from './json-schema.ts';
import { loadConfigFile } from './load.ts';
import { SECTIONS } from './schema.ts';

const docs = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const page = docs('configuration.md');
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

describe('the reference page', () => {
  it('has an example that loads, compiles and passes lint and its own tests', async () => {
    const files: Readonly<Record<string, string>> = {
      '/etc/cs/countersign.yaml': example,
      '/etc/cs/countersign.key': `${Buffer.alloc(32, 1).toString('base64')}\n`,
      '/etc/cs/cluster-ca.pem': makeCertificate({ names: ['Cluster'], isAuthority: true }).cert,
      '/etc/cs/appliance-keys.json': JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
    };
    const loaded = await loadConfigFile({
      file: '/etc/cs/countersign.yaml',
      env: { COUNTERSIGN_ADMIN_TOKEN: 'not-a-real-token-0123456789abcdef' },
      readFile: (path) => (files[path] === undefined ? err('there is no such file') : ok(files[path])),
    });
    expect(loaded).toMatchObject({ ok: true, value: { findings: [] } });
    const compiled = loaded.ok && compileSnapshot(loaded.value.config, loaded.value);
    expect(compiled).toMatchObject({
      ok: true,
      value: { routes: [{ name: 'orders' }, { name: 'status' }, { name: 'wiki' }] },
    });
  });

  it('names the schema in its first line', () => {
    expect(example).toMatch(/^# yaml-language-server: \$schema=countersign\.schema\.json\n/);
  });

  it('shows every key that exists, in the example or in a table', () => {
    const missing = Object.values(SECTIONS)
      .flat()
      .filter((key) => !new RegExp(`\\b${key}\\b`).test(page));
    expect(missing).toEqual([]);
  });
});

describe('the JSON Schema', () => {
  it('is the one that the schema gives (write-json-schema.ts writes it)', () => {
    // Its layout is the formatter's.
    expect(JSON.parse(docs('countersign.schema.json'))).toEqual(JSON.parse(configJsonSchema()));
  });

  it('lets a variable stand wherever a form is asked for', () => {
    const schema = JSON.parse(configJsonSchema());
    const patterns = (value: string) =>
      schema.properties.log.properties.level.anyOf.some(
        (each: { enum?: string[]; pattern?: string }) =>
          each.enum?.includes(value) ?? new RegExp(each.pattern ?? '').test(value),
      );
    expect(['info', '${LEVEL}', '${LEVEL:-info}', '${file:level}', 'loud'].map(patterns)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});
