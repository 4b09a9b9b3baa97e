import type { Measured } from './frame.ts';
import type { Owed, Report } from './report.ts';

/** What the gateway's row owes, as ratios and differences within one run. */

/** Names of the targets that something is owed beside. */
export const TARGETS = {
  ours: 'countersign: token, policy, assertion',
  ten: 'countersign, 10 routes, 10 policies',
  many: 'countersign, 10,000 routes, 1,000 policies',
  transport: 'the same transport, nothing decided',
  peer: 'http-proxy-3, token in a map',
} as const;

/** Microseconds for decision, assertion and headers together. */
const OWN_WORK = 15;
/** Share of its core that a row may lose to other processes and still say something. */
const SHARED = 0.2;
/** Ratio below which two figures of a noisy machine say nothing. */
const NOISE = 1.3;

/** Nothing is said of a target that was not measured. */
export function owedOfGateway({ targets }: Report): readonly Owed[] {
  const of = (name: keyof typeof TARGETS): Measured | undefined =>
    targets.find((target) => target.name === TARGETS[name])?.median;
  const [ours, ten, many, transport, peer] = [of('ours'), of('ten'), of('many'), of('transport'), of('peer')];
  return [
    ...(ours && peer ? [told(besidePeer(ours, peer), ours, peer)] : []),
    ...(ours && transport ? [told(ownWork(ours, transport), ours, transport)] : []),
    ...(ten && many ? [told(manyRoutes(ten, many), ten, many)] : []),
  ];
}

/** Of rows that shared their core the caches were shared too: what they say is not enough to call anything met. */
function told(owed: Owed, ...rows: readonly Measured[]): Owed {
  const taken = Math.max(...rows.map((row) => row.taken));
  if (taken <= SHARED) return owed;
  const share = `${(taken * 100).toFixed(0)} %`;
  return { ...owed, measured: `${owed.measured}, but ${share} of the core went to others`, met: false };
}

/** By CPU: what a core of one's own gives in requests a second, whatever else the machine is doing. */
function besidePeer(ours: Measured, peer: Measured): Owed {
  const ratio = peer.cpuPerRequest / ours.cpuPerRequest;
  return {
    what: 'requests for the CPU time that http-proxy-3 takes for one',
    wanted: '≥ 2',
    measured: ratio.toFixed(2),
    met: ratio >= 2,
  };
}

function ownWork(ours: Measured, transport: Measured): Owed {
  const own = ours.cpuPerRequest - transport.cpuPerRequest;
  return {
    what: 'decision, assertion and headers, above the same transport without them',
    wanted: `≤ ${OWN_WORK} µs`,
    measured: `${own.toFixed(1)} µs`,
    met: own <= OWN_WORK,
  };
}

function manyRoutes(ten: Measured, many: Measured): Owed {
  const ratio = many.cpuPerRequest / ten.cpuPerRequest;
  return {
    what: 'CPU among 10,000 routes and 1,000 policies beside ten of each',
    wanted: `≤ ${NOISE} × (less is noise)`,
    measured: times(ratio),
    met: ratio <= NOISE,
  };
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
