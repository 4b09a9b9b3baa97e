import type { Logger, Tracing } from './adapters/ports.ts';

/** Where the OpenTelemetry API keeps what has been registered, in whichever copy of it, for all others to find. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * Traces, where an OpenTelemetry SDK was registered before the program began (`NODE_OPTIONS=--import`). Without one
 * nothing is loaded, and what a request says of its trace goes on as it came.
 */
export async function openTracing(logger: Logger, version: string): Promise<Tracing | undefined> {
  if (!(REGISTERED in globalThis)) return undefined;
  const { createOtelTracing } = await import('./adapters/otel-tracing.ts');
  const tracing = createOtelTracing(version);
  if (!tracing)
    logger.warn(
      'OpenTelemetry is loaded, but no tracer of its API 1.9 or later is registered: nothing is traced',
    );
  return tracing;
}
