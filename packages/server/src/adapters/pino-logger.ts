import { pino, type DestinationStream } from 'pino';
import type { LazyFields, LogFields, Logger } from './ports.ts';

/**
 * The log: one line an event, JSON for machines or plain for a terminal, always on standard error (standard output is
 * for data). What it must never do: let a value that came from outside begin a line, hide a line, or move a cursor.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** File descriptor, or anything that takes lines. Default: standard error. */
  readonly destination?: number | LineSink;
}

/** Takes whole lines, each with its line feed. */
export interface LineSink {
  write(line: string): void;
}

/** A logger that holds what it has not yet written; `flush` before the process ends. */
export interface FlushableLogger extends Logger {
  flush(): void;
  /** From now on; lines below it are not written. */
  setLevel(level: LogLevel): void;
}

/** Longest string of one field, in characters. */
export const MAX_FIELD = 2048;

/** Bytes that wait for a slow reader; beyond it lines are dropped, since a log must not take the memory of the server. */
const MAX_WAITING = 16 * 1024 * 1024;

export function createPinoLogger(options: LogOptions): FlushableLogger {
  const { sink, flush } = open(options.destination ?? 2);
  const print = options.format === 'pretty' ? prettyLine : (line: string) => line;
  const stream: DestinationStream = { write: (line) => sink.write(escapeControls(print(line))) };
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  const line = (level: LogLevel) => (message: string, fields?: LogFields | LazyFields) => {
    if (log.isLevelEnabled(level))
      log[level](bounded(typeof fields === 'function' ? fields() : fields), message);
  };
  const lines = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const setLevel = (level: LogLevel): void => {
    log.level = level;
  };
  return { ...lines, flush, setLevel };
}

function open(destination: number | LineSink): { readonly sink: LineSink; readonly flush: () => void } {
  if (typeof destination !== 'number') return { sink: destination, flush: () => undefined };
  const file = pino.destination({ fd: destination, sync: false, maxLength: MAX_WAITING });
  // A reader that went away (EPIPE) must not end the server.
  file.on('error', () => undefined);
  return { sink: { write: (line) => void file.write(line) }, flush: () => file.flushSync() };
}

/** Members that are ours: a field of that name would be a second one in the same JSON object. */
const OURS = new Set(['level', 'time', 'msg']);

function bounded(fields: LogFields = {}): LogFields {
  const kept: Record<string, LogFields[string]> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const isLong = typeof value === 'string' && value.length > MAX_FIELD;
    kept[OURS.has(name) ? `${name}_` : name] = isLong ? `${value.slice(0, MAX_FIELD)}…` : value;
  }
  return kept;
}

/** `12:00:00.000 INFO  message  name=value`: for a person at a terminal. */
function prettyLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const rest = Object.entries(fields).map(([name, value]) => `  ${name}=${plain(value)}`);
  return `${clock} ${String(level).toUpperCase().padEnd(5)} ${plain(msg)}${rest.join('')}\n`;
}

/** Bare where nothing can be mistaken, quoted where a space, a quote or an equals sign could forge a field. */
function plain(value: unknown): string {
  const text = String(value);
  return /^[\w./:@+,()[\]-]+(?: [\w./:@+,()[\]-]+)*$/.test(text) ? text : JSON.stringify(text);
}

/**
 * JSON escapes the C0 controls alone. DEL, the C1 controls (0x9b begins a terminal sequence), line separators and
 * bidirectional overrides would still reach a terminal; inside a JSON string the escape means the same character.
 */
function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
