import type { Deps, ServerPackage } from '../../deps.ts';
import { paint } from '../../output.ts';
import { printable } from '../../printable.ts';

export type AuditReport = Extract<
  Awaited<ReturnType<ServerPackage['verifyAuditFromStorage']>>,
  { readonly ok: true }
>['value'];

/** A verified trail for a person: what is proved, then as plainly what is not. */
export function verificationText(report: AuditReport, deps: Deps): readonly string[] {
  const { stdout, env } = deps;
  if (!report.ok) {
    const { writer, n, event, what } = report.broken;
    return [
      `${paint(stdout, env, 'red', 'BROKEN')}  ${printable(what)}`,
      ...field('event', event),
      ...field('writer', writer),
      ...field('link', n),
    ];
  }
  const { events, erased, writers, checkpoints, provenUpTo, signedUpTo, notes } = report;
  return [
    `${paint(stdout, env, 'green', 'OK')}  ${count(events, 'event')} of ${count(writers, 'chain')} ${events === 1 ? 'fits' : 'fit'}, ${erased} of them erased by retention`,
    ...field('checkpoints', checkpoints),
    ...field(
      'unchanged',
      signedUpTo === undefined ? undefined : `until ${signedUpTo}, signed by the audit ring`,
    ),
    ...field(
      'uncut',
      provenUpTo === undefined ? undefined : `until ${provenUpTo}, by a checkpoint from elsewhere`,
    ),
    ...(notes.length === 0 ? [] : ['', 'Not proved', ...notes.map((note) => `  ${printable(note)}`)]),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function field(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`  ${name.padEnd(12)} ${printable(value)}`];
}
