import { hostResource, ok, type Principal, type Result } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import { commitToken } from '../exchange/commit-token.ts';
import type { IdentifiedRefusal, IssuedSession } from '../exchange/model.ts';
import { createRefuser, type Attempt } from '../exchange/refuser.ts';
import { signIn } from '../exchange/sign-in.ts';
import { administratorSubject } from '../snapshot/administrator.ts';
import { insertSession, type BrowserSession } from '../storage/repositories/browser-sessions.ts';
import { BY_SERVER } from '../tokens/model.ts';
import { nowOf, type SessionsDeps } from './deps.ts';
import type { Device, OpenedSession, SignedInPerson } from './model.ts';
import { idTokenPlace, refreshTokenPlace } from './places.ts';
import { nextRefresh } from './refresh-time.ts';

/**
 * A session begins: who the person is to each organization, the token of the service host and the row of the session
 * are one commit. What the provider gave is kept sealed, and never in the row of a token.
 */
export async function openSession(
  deps: SessionsDeps,
  { provider, claims, idToken, refreshToken, refreshBy }: SignedInPerson,
  device: Device,
): Promise<Result<OpenedSession, IdentifiedRefusal>> {
  const attempt: Attempt = { id: deps.decisions.newId(), time: deps.clock.now(), ...originOf(device) };
  const now = nowOf(deps);
  const subject = textAt(claims, 'sub') ?? '';
  const expiresAt = now + deps.snapshot().settings.sessionLifetime;
  const id = idOf(attempt);
  const providerSession = textAt(claims, 'sid');
  const session: BrowserSession = {
    ...beginning(id, device, now),
    provider: provider.id,
    subject,
    expiresAt,
    idToken: deps.vault.seal(idTokenPlace(id), idToken),
    ...(providerSession !== undefined && { providerSession }),
    ...(refreshToken !== undefined && {
      refreshToken: deps.vault.seal(refreshTokenPlace(id), refreshToken),
      ...(refreshBy !== undefined && { refreshAt: nextRefresh(refreshBy, now) }),
    }),
  };
  const [only, another] = provider.organizations;
  const opened = await signIn(deps, {
    attempt,
    refuse: createRefuser(deps.decisions, attempt),
    provider,
    subject,
    claims,
    about: {
      issuer: provider.id,
      issuerName: provider.name,
      subject,
      facts: { claims, request: {} },
      // Of a shared provider nobody's people are theirs alone.
      ...(only !== undefined && another === undefined && { organization: only }),
    },
    issuedAt: now,
    expiresAt,
    presented: undefined,
    resources: [serviceResource(deps)],
    also: [insertSession(session)],
  });
  return opened.ok ? ok(openedAs(attempt, opened.value)) : opened;
}

/** Seconds: for as long as somebody looks for what is wrong with the provider. */
const ADMINISTRATOR_LIFETIME = 3600;

const ADMINISTRATOR: Principal = { kind: 'administrator', vouchedBy: { kind: 'server' } };

/**
 * Break-glass: whoever has shown the administrator token of the configuration. The session names that token by a
 * digest, and is over when the configuration has another.
 */
export async function openAdministratorSession(
  deps: SessionsDeps,
  device: Device,
): Promise<Result<OpenedSession, IdentifiedRefusal>> {
  const attempt: Attempt = { id: deps.decisions.newId(), time: deps.clock.now(), ...originOf(device) };
  const { adminTokenHash } = deps.snapshot().settings;
  const refuse = createRefuser(deps.decisions, attempt);
  if (adminTokenHash === undefined) return refuse.unverified({ code: 'credential.invalid' });
  const now = nowOf(deps);
  const expiresAt = now + ADMINISTRATOR_LIFETIME;
  const subject = administratorSubject(adminTokenHash);
  const session = { ...beginning(idOf(attempt), device, now), provider: '', subject, expiresAt };
  const committed = await commitToken(deps, attempt, {
    prefix: 'css',
    principal: ADMINISTRATOR,
    issuer: BY_SERVER,
    subject,
    claims: {},
    policies: [],
    resources: [serviceResource(deps)],
    format: 'opaque',
    issuedAt: now,
    expiresAt,
    record: { principal: 'administrator' },
    also: [insertSession(session)],
  });
  if (!committed.ok) return refuse.unverified({ code: 'server.storage' });
  const { value } = committed.value;
  return ok(openedAs(attempt, { value, expiresAt, decisionId: attempt.id }));
}

/** The service host as a resource: the token of a session opens its pages, and neither a route nor the API. */
export function serviceResource({ snapshot }: Pick<SessionsDeps, 'snapshot'>): string {
  return hostResource(snapshot().service.host);
}

function beginning(id: string, { remoteAddress, userAgent }: Device, createdAt: number) {
  return { id, address: remoteAddress, userAgent, createdAt };
}

function openedAs(attempt: Attempt, { value, expiresAt, decisionId }: IssuedSession): OpenedSession {
  return { id: idOf(attempt), value, expiresAt, decisionId };
}

/** The token of an exchange has its number. */
function idOf({ id }: Attempt): string {
  return `tok_${id.slice('dec_'.length)}`;
}

function textAt(claims: SignedInPerson['claims'], name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
