/** When a session is refreshed at its identity provider. Pure; times are epoch seconds, spans seconds. */

/** Before what the provider gave ends: a provider that is slow, or down for a moment, ends nobody's session. */
const AHEAD = 60;

/** Of a provider that gives everything for a few seconds: it is not asked without a pause. */
const AT_LEAST = 30;

/** `refreshBy`: when what the provider gave ends. */
export function nextRefresh(refreshBy: number, now: number): number {
  return Math.max(Math.floor(refreshBy) - AHEAD, now + AT_LEAST);
}

const FIRST_WAIT = 30;
const LONGEST_WAIT = 600;

/** How long a provider is left alone that could not be asked, `failures` times in a row with this one. */
export function waitAfter(failures: number): number {
  // Bounded before it is raised: a provider may be away for longer than a number can count.
  return Math.min(FIRST_WAIT * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT);
}
