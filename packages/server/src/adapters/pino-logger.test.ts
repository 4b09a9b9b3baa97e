import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPinoLogger, MAX_FIELD, type LogLevel } from './pino-logger.ts';

function capture(format: 'json' | 'pretty', level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createPinoLogger({ level, format, destination: { write: (line) => lines.push(line) } });
  return { lines, logger };
}

/** What can move a cursor, end a line or turn text around; the one line feed at the end is ours. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('a log line', () => {
  it('in JSON holds level, time, fields and message, and nothing about the process', () => {
    const { lines, logger } = capture('json');
    logger.warn('issuer keys cannot be had', {
      issuer: 'iss_1',
      attempts: 2,
      known: false,
      last: null,
      absent: undefined,
    });
    const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toEqual({
      level: 'warn',
      issuer: 'iss_1',
      attempts: 2,
      known: false,
      last: null,
      msg: 'issuer keys cannot be had',
    });
    expect(String(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('for a person holds the same on one line', () => {
    const { lines, logger } = capture('pretty');
    logger.info('listening', { url: 'http://localhost:8080', note: 'two words', odd: 'a="b"' });
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO  listening  url=http:\/\/localhost:8080  note=two words  odd="a=\\"b\\""\n$/,
    );
  });

  it.each(['json', 'pretty'] as const)(
    'is one line in %s, whatever its message and fields hold',
    (format) => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
          const { lines, logger } = capture(format);
          logger.info(message, { value });
          expect(lines).toHaveLength(1);
          expect(lines[0]?.endsWith('\n')).toBe(true);
          expect(lines[0]?.slice(0, -1)).not.toMatch(CONTROLS);
        }),
      );
    },
  );

  it.each(['\n', '\r', '\u001b[2J', '\u009b2J', '\u2028', '\u202e', '\u007f'])(
    'cannot be forged with %j',
    (control) => {
      const value = `before${control}after`;
      const json = capture('json');
      const pretty = capture('pretty');
      json.logger.info(value, { value });
      pretty.logger.info(value, { value });
      expect(json.lines[0]?.slice(0, -1)).not.toMatch(CONTROLS);
      expect(pretty.lines[0]?.slice(0, -1)).not.toMatch(CONTROLS);
      expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ msg: value, value });
    },
  );

  it('keeps its own members when a field has the name of one', () => {
    const { lines, logger } = capture('json');
    logger.info('true', { msg: 'false', level: 'error', time: 'never' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'true',
      msg_: 'false',
      level_: 'error',
      time_: 'never',
    });
  });

  it('cannot be made endless by one field', () => {
    const { lines, logger } = capture('json');
    logger.info('long', { whole: 'x'.repeat(MAX_FIELD), cut: 'x'.repeat(MAX_FIELD + 1) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      whole: 'x'.repeat(MAX_FIELD),
      cut: `${'x'.repeat(MAX_FIELD)}…`,
    });
  });
});

describe('the log', () => {
  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('at level %s writes %i of four', (level, count) => {
    const { lines, logger } = capture('json', level);
    logger.debug('d');
    logger.info('i');
    logger.warn('w');
    logger.error('e');
    expect(lines).toHaveLength(count);
  });

  it('writes to a file descriptor, completely once it has been flushed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    try {
      const file = join(folder, 'log');
      const descriptor = openSync(file, 'w');
      const logger = createPinoLogger({ level: 'info', format: 'json', destination: descriptor });
      for (let n = 0; n < 100; n += 1) logger.info('line', { n });
      logger.flush();
      expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(100);
      closeSync(descriptor);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
