import type { Result } from '@countersign/core';
import type { Clock } from '../../adapters/ports.ts';
import { originOf } from '../../audit/origin.ts';
import type { IdentifiedRefusal } from '../../exchange/model.ts';
import type { PresentedIdToken } from '../../exchange/present-id-token.ts';
import type { PresentedSubject } from '../../exchange/present-subject-token.ts';
import type { FailureLimit } from '../../http/failure-limit.ts';
import type { HashPresenter } from '../../tokens/present.ts';
import { parseCompactJws, type UnverifiedJws } from '../../trust/compact-jws.ts';
import type { Memory } from './memory.ts';
import type { Recognised, Shown, Unrecognised } from './model.ts';
import { isTransient, refusalOf } from './refusal-of.ts';
import { sourceOf, type Source } from './sources.ts';

/** Tokens that are not known yet: each is exchanged once, however many present it meanwhile, and what came of it is remembered. */

export type Exchanged = Promise<Result<Uint8Array, IdentifiedRefusal>>;

export interface ExchangesDeps {
  /** What the session with a hash is as of now and of this configuration. Answers from memory without a promise. */
  readonly presentHash: HashPresenter;
  readonly presentSubject: (presented: PresentedSubject) => Exchanged;
  readonly presentIdToken: (presented: PresentedIdToken) => Exchanged;
  /** The one of the token endpoints: who has failed there has failed here. */
  readonly failures: FailureLimit;
  readonly clock: Clock;
}

/** A token under way from what was presented to what is known of it. */
export interface Asked extends Shown {
  readonly key: string;
  readonly generation: number;
  /** It has been exchanged before: whoever presents it is no stranger. */
  readonly before: boolean;
}

/** Exchanges under way at once; one more is told to come again. */
export const MAX_EXCHANGES = 1_024;

export function createExchanges(
  deps: ExchangesDeps,
  memory: Memory,
): (asked: Asked) => Recognised | Promise<Recognised> {
  const flights = new Map<string, Promise<Recognised>>();
  return (asked) => {
    const { snapshot, route, value, remoteAddress, key, generation, before } = asked;
    const wait = before ? 0 : deps.failures.wait(remoteAddress);
    if (wait > 0) return { state: 'refused', code: 'limit.rate', retryAfter: wait };
    const token = parseCompactJws(value, snapshot.settings.limits.token);
    const source = token.ok ? sourceOf(snapshot, route, token.value.claims) : undefined;
    if (!token.ok || !source) {
      deps.failures.failed(remoteAddress);
      return { state: 'invalid' };
    }
    // Under another configuration it is another question.
    const flightKey = `${generation} ${source.id} ${key}`;
    const shared = flights.get(flightKey);
    if (shared) return shared;
    if (flights.size >= MAX_EXCHANGES) return { state: 'unavailable' };
    const flight = land(deps, memory, asked, { token: token.value, source }).finally(() =>
      flights.delete(flightKey),
    );
    flights.set(flightKey, flight);
    return flight;
  };
}

interface Claimed {
  readonly token: UnverifiedJws;
  readonly source: Source;
}

async function land(
  deps: ExchangesDeps,
  memory: Memory,
  asked: Asked,
  claimed: Claimed,
): Promise<Recognised> {
  const { key, generation, remoteAddress } = asked;
  const under = { generation, source: claimed.source.id };
  const exchanged = await exchange(deps, asked, claimed);
  if (!exchanged.ok) {
    const answer = unrecognised(exchanged.error);
    if (isTransient(answer.code)) return answer;
    deps.failures.failed(remoteAddress);
    memory.refuse(key, { ...under, answer }, deps.clock.now());
    return answer;
  }
  const presented = await deps.presentHash(exchanged.value);
  if (presented.state === 'live') memory.remember(key, { ...under, hash: exchanged.value });
  else if (presented.state !== 'unavailable')
    memory.refuse(key, { ...under, answer: presented }, deps.clock.now());
  return presented;
}

function exchange(
  deps: ExchangesDeps,
  { snapshot, route, value, ...asked }: Asked,
  { token, source }: Claimed,
): Exchanged {
  const origin = originOf(asked);
  if (source.kind === 'provider')
    return deps.presentIdToken({ value, token, provider: source.id, ...origin });
  const { issuer } = source;
  return deps.presentSubject({ snapshot, token, issuer, route: route.name, ...origin });
}

function unrecognised({ code, decisionId }: IdentifiedRefusal): Unrecognised {
  return { state: 'refused', code: refusalOf(code), decisionId };
}
