import { endOf } from './certificates.ts';
import type { LintProblem } from './lint-problem.ts';
import type { Config } from './model.ts';

/**
 * Certificates that have expired: a warning and no problem, because a process that restarts in the night must come back
 * with what it has. `now`: epoch milliseconds; without it nothing is said.
 */
export function lintCertificates({ tls }: Config, now: number | undefined): readonly LintProblem[] {
  if (!tls || now === undefined) return [];
  const ends = [
    ...tls.certificates.map(({ validUntil }, index) => ({
      path: ['tls', 'certificates', index, 'cert'],
      at: validUntil,
    })),
    ...(tls.clientCa === undefined ? [] : [{ path: ['tls', 'client_ca'], at: endOf(tls.clientCa) }]),
  ];
  return ends
    .filter(({ at }) => at < now)
    .map(({ path, at }) => ({
      path,
      message: `a certificate of this file expired at ${new Date(at).toISOString()}`,
      rule: 'certificate-expired',
    }));
}
