import * as z from 'zod';

/**
 * The scalars of the configuration file: names, durations, sizes. Each has one message that says what is expected;
 * no message repeats the value, because any value may have come from a secret.
 */

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A name that ends up in scopes, ids and principals: no `:`, `/` or space, which separate there. */
export const name = z
  .string()
  .regex(NAME, 'expected 1 to 100 letters, digits, ".", "_" or "-", the first a letter or digit');

export const organizationName = z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected 1 to 40 of a-z, 0-9 and "-"');

/** One line of text for people: no control characters, so that it cannot forge a log line or a header. */
export const label = z
  .string()
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u, 'expected 1 to 200 characters on one line');

/** Visible ASCII: what client ids and audiences consist of (RFC 6749 appendix A). */
export const identifier = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/, 'expected 1 to 512 visible ASCII characters');

const SECONDS = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^(\d{1,9})([smhd]?)$/;

/** A duration in seconds: `90s`, `15m`, `2h`, `7d` or a number of seconds. Bounds are written the same way. */
export function duration(least: string, most: string) {
  const message = `expected a duration from ${least} to ${most}, such as 90s, 15m, 2h, 7d or a number of seconds`;
  return quantity(DURATION, SECONDS, least, most, message);
}

const BYTES = { '': 1, B: 1, KiB: 1024, MiB: 1_048_576 } as const;
const SIZE = /^(\d{1,9})(B|KiB|MiB)?$/;

/** A size in bytes: `64KiB`, `8MiB` or a number of bytes. */
export function size(least: string, most: string) {
  const message = `expected a size from ${least} to ${most}, such as 64KiB, 8MiB or a number of bytes`;
  return quantity(SIZE, BYTES, least, most, message);
}

const COUNT = /^(\d{1,10})$/;

/** A whole number. */
export function count(least: number, most: number) {
  const message = `expected a whole number from ${least} to ${most}`;
  return quantity(COUNT, { '': 1 }, String(least), String(most), message);
}

function quantity(
  form: RegExp,
  units: Readonly<Record<string, number>>,
  least: string,
  most: string,
  message: string,
) {
  const read = (value: string | number): number => {
    const [, digits, unit = ''] = form.exec(String(value)) ?? [];
    return Number(digits) * (units[unit] ?? Number.NaN);
  };
  return z
    .union([z.string().regex(form, message), z.number()], { error: message })
    .transform(read)
    .refine((amount) => amount >= read(least) && amount <= read(most), message);
}
