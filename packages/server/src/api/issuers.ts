import { ok, type Json, type Result } from '@countersign/core';
import { issuerRegistration, issuerUpdate } from '@countersign/core/api-model';
import { judgeEvidence, type Evidence, type ProbeIssuer } from '../administration/issuer-evidence.ts';
import { urlFault } from '../administration/issuer-rules.ts';
import { deleteIssuer, ownedIssuer, registerIssuer, updateIssuer } from '../administration/issuers.ts';
import type { Change } from '../administration/model.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import type { World } from '../snapshot/world.ts';
import type { Reader } from '../storage/port.ts';
import { findLastUses, parseLastUse } from '../storage/repositories/last-uses.ts';
import { LOOKED_UP } from '../storage/repositories/look-up.ts';
import { apiError, callerError, NO_CONTENT, refusalAnswer } from './answer.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';
import { timeText } from './time-text.ts';

/** Trusted issuers: whose tokens are exchanged. The file's are read here; the API's own are made, changed and deleted. */
export interface IssuersDeps {
  readonly snapshot: () => Snapshot;
  readonly world: () => World;
  readonly change: Change;
  readonly reader: Reader;
  readonly probe: ProbeIssuer;
  readonly newIssuerId: () => string;
}

/** GET /api/orgs/{org}/oidc/issuers */
export async function getIssuers(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  const issuers = [...call.organization().issuersById.values()];
  const used = await lastUses(deps, issuers);
  if (!used.ok) return callerError('unavailable');
  return jsonAnswer(200, { oidcIssuers: issuers.map((issuer) => issuerView(issuer, used.value)) });
}

/** GET /api/orgs/{org}/oidc/issuers/{id} */
export function getIssuer(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  return answerWith(deps, deps.snapshot(), placeOf(call));
}

/** POST /api/orgs/{org}/oidc/issuers: 200 the issuer; 400 when its discovery document or keys cannot be had. */
export async function postIssuer(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, issuerRegistration);
  if (!body.ok) return body.error;
  // Before anything is fetched: what is not an issuer's URL is not asked.
  const fault = urlFault(body.value.url, deps.world().file);
  if (fault !== undefined) return apiError(400, fault);
  const given = body.value.jwks === undefined || body.value.jwks === null;
  const evidence = given
    ? await evidenceOf(deps, body.value.url, body.value.thumbprints ?? [])
    : ok(undefined);
  if (!evidence.ok) return apiError(400, evidence.error);
  const place = { organization: call.organization().name, id: deps.newIssuerId() };
  const changed = await deps.change(call.author(), (world) =>
    registerIssuer(world, place, body.value, evidence.value),
  );
  return changed.ok ? answerWith(deps, changed.value, place) : refusalAnswer(changed.error);
}

/** PATCH /api/orgs/{org}/oidc/issuers/{id}: `null` and absence are unchanged. */
export async function patchIssuer(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, issuerUpdate);
  if (!body.ok) return body.error;
  const place = placeOf(call);
  const owned = ownedIssuer(deps.world(), place);
  if (!owned.ok) return refusalAnswer(owned.error);
  const { thumbprints } = body.value;
  // Thumbprints that the issuer does not serve would be found out when its certificate is renewed, and not before.
  if (thumbprints !== undefined && thumbprints !== null && thumbprints.length > 0) {
    const evidence = await evidenceOf(deps, owned.value.issuer.url, thumbprints);
    if (!evidence.ok) return apiError(400, evidence.error);
  }
  const changed = await deps.change(call.author(), (world) => updateIssuer(world, place, body.value));
  return changed.ok ? answerWith(deps, changed.value, place) : refusalAnswer(changed.error);
}

/** DELETE /api/orgs/{org}/oidc/issuers/{id}: 204, and the tokens that were issued through it are over. */
export async function removeIssuer(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  const changed = await deps.change(call.author(), (world) => deleteIssuer(world, placeOf(call)));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

/** POST /api/orgs/{org}/oidc/issuers/{id}/regenerate-thumbprints: what its server shows now; 400 with keys given by hand. */
export async function regenerateThumbprints(deps: IssuersDeps, call: ApiCall): Promise<Answer> {
  const place = placeOf(call);
  const owned = ownedIssuer(deps.world(), place);
  if (!owned.ok) return refusalAnswer(owned.error);
  const { issuer } = owned.value;
  if (issuer.jwks !== undefined)
    return apiError(400, 'Its keys were given by hand: nothing is fetched, so there is no certificate.');
  const evidence = await evidenceOf(deps, issuer.url, []);
  if (!evidence.ok) return apiError(400, evidence.error);
  const { thumbprints } = evidence.value;
  const changed = await deps.change(call.author(), (world) =>
    updateIssuer(world, place, { thumbprints: [...thumbprints] }),
  );
  return changed.ok ? answerWith(deps, changed.value, place) : refusalAnswer(changed.error);
}

async function evidenceOf(
  { probe }: IssuersDeps,
  url: string,
  thumbprints: readonly string[],
): Promise<Result<Evidence, string>> {
  return judgeEvidence(await probe({ url, thumbprints }), thumbprints);
}

function placeOf(call: ApiCall): { readonly organization: string; readonly id: string } {
  return { organization: call.organization().name, id: call.parameter('id') };
}

async function answerWith(
  deps: IssuersDeps,
  snapshot: Snapshot,
  place: ReturnType<typeof placeOf>,
): Promise<Answer> {
  const issuer = snapshot.organizations.get(place.organization)?.issuersById.get(place.id);
  if (!issuer) return apiError(404, 'No such issuer.');
  const used = await lastUses(deps, [issuer]);
  return used.ok ? jsonAnswer(200, issuerView(issuer, used.value)) : callerError('unavailable');
}

/** Epoch seconds by id, of those that were ever used. */
type LastUses = ReadonlyMap<string, number>;

async function lastUses(
  { reader }: Pick<IssuersDeps, 'reader'>,
  issuers: readonly TrustedIssuer[],
): Promise<Result<LastUses, 'unavailable'>> {
  const found = new Map<string, number>();
  for (let from = 0; from < issuers.length; from += LOOKED_UP) {
    const ids = issuers.slice(from, from + LOOKED_UP).map(({ id }) => id);
    const rows = await reader.read(findLastUses(ids));
    if (!rows.ok) return rows;
    for (const row of rows.value) found.set(...parseLastUse(row));
  }
  return ok(found);
}

function issuerView(issuer: TrustedIssuer, uses: LastUses): Readonly<Record<string, unknown>> {
  const { id, name, url, maxExpiration, disabled, replay, audiences, thumbprints = [], stored } = issuer;
  const { jwks, maxTokenAge, preset } = issuer;
  const lastUsed = uses.get(id);
  return {
    id,
    name,
    url,
    issuer: stored?.issuer ?? url,
    thumbprints,
    ...(jwks === undefined ? {} : { jwks: JSON.parse(jwks) as Json }),
    maxExpiration,
    disabled,
    replay,
    audiences,
    ...(maxTokenAge === undefined ? {} : { maxTokenAge }),
    ...(preset === undefined ? {} : { preset }),
    ...(stored === undefined
      ? {}
      : { created: timeText(stored.created), modified: timeText(stored.modified) }),
    ...(lastUsed === undefined ? {} : { lastUsed: timeText(lastUsed * 1000) }),
    source: stored === undefined ? 'file' : 'api',
  };
}
