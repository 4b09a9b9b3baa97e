import type { Problem } from '@countersign/core';
import * as z from 'zod';
import type { TargetConfig } from '../upstream-model.ts';
import { parseOrigin } from './address.ts';

/**
 * `to` of a route: where its requests go. An address is an http or https origin or a socket of this machine; a list of
 * them shares the requests, by weights where they have any. An address that could be read in two ways is refused.
 */

/** Addresses of one route; what is spread over more has a load balancer of its own. */
const MAX_TARGETS = 64;

const MAX_WEIGHT = 1_000;

const WEIGHT_FAULT = `expected a weight from 1 to ${MAX_WEIGHT} behind the comma`;

/** One address, or a list of them; `,WEIGHT` behind each or behind none, as Pomerium's files have it. */
export const upstreamTargets = z
  .union([z.string(), z.array(z.string()).min(1, 'expected at least one address').max(MAX_TARGETS)], {
    error: ({ input }) =>
      Array.isArray(input) && input.length > MAX_TARGETS
        ? `expected at most ${MAX_TARGETS} addresses`
        : 'expected an address, such as http://127.0.0.1:9000, or a list of addresses',
  })
  .transform((written, context): readonly TargetConfig[] => {
    const texts = typeof written === 'string' ? [written] : written;
    const read = texts.map(readTarget);
    const alone = read.flatMap(({ faults }, at) => faults.map((fault) => [at, fault] as const));
    for (const [at, message] of alone.length > 0 ? alone : togetherFaults(read)) {
      const path: Problem['path'] = typeof written === 'string' ? [] : [at];
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    return read.flatMap(({ address, weight }) => (address ? [{ ...address, weight: weight ?? 1 }] : []));
  });

interface Read {
  readonly address?: Omit<TargetConfig, 'weight'>;
  readonly weight?: number;
  readonly faults: readonly string[];
}

function readTarget(text: string): Read {
  const [, written = text, digits] = /^(.+),(\d+)$/.exec(text) ?? [];
  const address = parseAddress(written);
  if (!address) return { faults: [addressFault(written)] };
  if (digits === undefined) return { address, faults: [] };
  const weight = Number(digits);
  return { address, weight, faults: weight >= 1 && weight <= MAX_WEIGHT ? [] : [WEIGHT_FAULT] };
}

function parseAddress(text: string): Read['address'] {
  // Relative to the file, which only its reader knows. With `//` it would be the name of a host to some.
  const socketPath = /^unix:(?!\/\/)(\P{Cc}+)$/u.exec(text)?.[1];
  // Behind a socket there is no name of the network, and a request has a Host all the same (RFC 9112 section 3.2).
  if (socketPath !== undefined) return { scheme: 'http', host: 'localhost', port: 80, socketPath };
  const origin = parseOrigin(text);
  return origin && { scheme: origin.scheme, host: origin.host, port: origin.port };
}

function addressFault(text: string): string {
  if (/^(?:https?\+)?unix:/i.test(text)) return 'expected unix:PATH, such as unix:/run/app.sock';
  if (/^https?:\/\/[^/?#@\\\s]+,[^,]*$/i.test(text)) return WEIGHT_FAULT;
  if (/^https?:\/\/[^/?#@\\\s]+\/./i.test(text)) return 'a path is not available in this version';
  return 'expected an http or https URL of host and optional port, such as http://127.0.0.1:9000, or unix:PATH';
}

/** What is wrong with a list whose entries are right. */
function togetherFaults(read: readonly Read[]): readonly (readonly [at: number, fault: string])[] {
  const keys = read.map(({ address }) => JSON.stringify(address));
  const isWeighted = read[0]?.weight !== undefined;
  return read.flatMap(({ weight }, at) => [
    ...(keys.indexOf(keys[at] ?? '') < at ? [[at, 'expected each address once'] as const] : []),
    // One that is left out may have been meant as 1 or as nothing: no reader of the file could tell.
    ...((weight !== undefined) === isWeighted
      ? []
      : [[at, 'expected a weight behind every address, or behind none'] as const]),
  ]);
}
