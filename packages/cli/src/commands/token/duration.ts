/** Seconds in words, in the two largest units that say something: `43s`, `4m 54s`, `2h`, `12d 3h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [at, [unit, size]] of UNITS.entries()) {
    if (whole < size) continue;
    const [smaller, smallerSize] = UNITS[at + 1] ?? ['', 1];
    const rest = Math.floor((whole % size) / smallerSize);
    return rest === 0 || smaller === ''
      ? `${Math.floor(whole / size)}${unit}`
      : `${Math.floor(whole / size)}${unit} ${rest}${smaller}`;
  }
  return '0s';
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];
