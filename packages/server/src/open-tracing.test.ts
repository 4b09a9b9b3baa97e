import { diag, DiagConsoleLogger, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTracing } from './open-tracing.ts';

let warnings: string[];
const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };

beforeEach(() => {
  warnings = [];
});
afterEach(() => {
  trace.disable();
  diag.disable();
  Reflect.deleteProperty(globalThis, Symbol.for('opentelemetry.js.api.1'));
});

it('loads nothing where nobody has registered anything', async () => {
  expect(await openTracing(logger, '1.2.3')).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('records where somebody has', async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  expect(await openTracing(logger, '1.2.3')).toHaveProperty('begin');
  expect(warnings).toEqual([]);
});

it('says so where what is registered is no tracer that it can speak to', async () => {
  diag.setLogger(new DiagConsoleLogger());
  expect(await openTracing(logger, '1.2.3')).toBeUndefined();
  expect(warnings).toHaveLength(1);
});
