/**
 * The tables, as one type for every engine. Text ids, integer times, JSON as text, no vendor types.
 * `docs/storage-schema.md` says in words what each column holds; migrations make what is declared here.
 */
export interface Tables {
  readonly token: TokenTable;
  readonly decision: DecisionTable;
  readonly audit: AuditTable;
  readonly policy_set: PolicySetTable;
  readonly key: KeyTable;
  readonly replay_mark: ReplayMarkTable;
  readonly change: ChangeTable;
  readonly mass_revocation: MassRevocationTable;
  readonly checkpoint: CheckpointTable;
  readonly object: ObjectTable;
  readonly version: VersionTable;
  readonly made_token: MadeTokenTable;
  readonly last_use: LastUseTable;
  readonly identity: IdentityTable;
  readonly session: SessionTable;
  readonly device_grant: DeviceGrantTable;
}

/** Access tokens, by hash. The value is never stored. */
export interface TokenTable {
  /** SHA-256 of the whole value, base64url. Primary key. */
  readonly hash: string;
  readonly id: string;
  readonly prefix: string;
  readonly organization: string | null;
  /** JSON of the principal. */
  readonly principal: string;
  readonly issuer: string;
  readonly subject: string;
  /** JSON of the verified claims of the token that was exchanged. */
  readonly claims: string;
  /** Decision id of the exchange. */
  readonly exchange: string;
  /** Epoch seconds. */
  readonly issued_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  /** JSON list of `pol_…`. */
  readonly policies: string;
  /** JSON list of URLs. */
  readonly resources: string;
  /** `opaque` or `jwt`. */
  readonly format: string;
  /** `tok_…` of the token whose session this one belongs to; null where it belongs to none, or is that token. */
  readonly session: string | null;
}

/** Decisions on verified tokens. Time-ordered primary key. */
export interface DecisionTable {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly kind: string;
  readonly effect: string;
  readonly code: string | null;
  readonly organization: string | null;
  readonly issuer: string | null;
  readonly issuer_name: string | null;
  readonly subject: string | null;
  readonly audience: string | null;
  /** JSON list of rule ids. */
  readonly determining: string;
  readonly route: string | null;
  readonly principal: string | null;
  readonly token_id: string | null;
  readonly remote_address: string;
  /** JSON of the facts, null when no policy was reached. */
  readonly facts: string | null;
  /** Hash of the policy document in `policy_set`. */
  readonly policy_set: string | null;
  /** JSON list of `pol_…`. */
  readonly policies: string | null;
  /** JSON list of rule ids. */
  readonly audited: string | null;
}

/**
 * What was issued, changed or revoked, one chain of links per writing process. The last four columns are the engine's:
 * it alone knows the order of what is committed.
 */
export interface AuditTable {
  /** `evt_` and 26 characters, time-ordered. Primary key. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly event: string;
  readonly decision: string | null;
  readonly token: string | null;
  readonly actor: string;
  readonly organization: string | null;
  /** JSON of what a change was. */
  readonly detail: string | null;
  /** Random, base64url; null once the event has been erased. */
  readonly salt: string | null;
  /** JSON of the event and of the rows written with it; null once it has been erased. */
  readonly payload: string | null;
  /** SHA-256 of salt and payload, base64url: what the chain is made of. Null in rows older than the chain. */
  readonly digest: string | null;
  /** `wrt_…`, one per process start. */
  readonly writer: string | null;
  /** Place in the writer's chain, from 1, without a gap. */
  readonly n: number | null;
  /** Hash of the link before, base64url. */
  readonly prev: string | null;
  /** SHA-256 of `prev`, writer, n and digest, base64url. */
  readonly hash: string | null;
}

/** Policy documents that decisions cite, by SHA-256 of their text. */
export interface PolicySetTable {
  readonly hash: string;
  readonly document: string;
  /** Epoch seconds. */
  readonly created_at: number;
  /** When it was last known to be in force, to within a sweep. */
  readonly used_at: number | null;
}

/** Keys of the rings, sealed with the encryption key (AES-256-GCM, bound to table, ring and kid). */
export interface KeyTable {
  readonly ring: string;
  readonly kid: string;
  /** `next`, `active` or `retired`. */
  readonly state: string;
  /** base64url of nonce ‖ ciphertext ‖ tag. */
  readonly sealed: string;
  /** JSON of the public JWK; null for secret (HMAC) keys. */
  readonly public_jwk: string | null;
  /** Epoch seconds. */
  readonly created_at: number;
  readonly activated_at: number | null;
  readonly retired_at: number | null;
}

/** Subject tokens that were exchanged under `replay: once`. */
export interface ReplayMarkTable {
  readonly issuer: string;
  readonly mark: string;
  /** Epoch seconds: from then on the subject token is refused without it. */
  readonly expires_at: number;
}

/** What other processes have to hear of; mints are not in it. */
export interface ChangeTable {
  /** Order of the commits, from 1. */
  readonly seq: number;
  readonly kind: string;
  /** JSON. */
  readonly payload: string;
  /** Epoch seconds. */
  readonly created_at: number;
}

/** One row ends every token that came from one issuer, policy, subject or went to one principal. */
export interface MassRevocationTable {
  readonly organization: string;
  /** `issuer`, `policy`, `subject` or `principal`. */
  readonly kind: string;
  readonly value: string;
  /** Epoch seconds: tokens issued then or earlier are ended. */
  readonly before: number;
  readonly created_at: number;
}

/** Signed statements of how far the chains had come. */
export interface CheckpointTable {
  /** `chk_` and 26 characters, time-ordered. Primary key. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** JSON list of `{writer, n, hash}`: for whoever reads with SQL. The signed text says the same and is what counts. */
  readonly heads: string;
  /** Compact JWS. */
  readonly signed: string;
}

/** What was created over the API: organizations, members, teams, runners, service accounts, issuers and their policies. */
export interface ObjectTable {
  readonly organization: string;
  /** `organization`, `member`, `team`, `runner`, `service_account`, `issuer` or `policies`. */
  readonly kind: string;
  /** Its name where that never changes (organization, member, team, service account), else its id; of policies the issuer's. */
  readonly key: string;
  /** JSON of everything else. */
  readonly document: string;
  /** From 1; one more with every change. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly created_at: number;
  readonly modified_at: number;
}

/** Numbers that grow with every change of what they are called after: two writers never change the same version. */
export interface VersionTable {
  /** `object`. Primary key. */
  readonly name: string;
  readonly value: number;
}

/** Tokens that were made over the API, beside their row in `token`. Stays when that is swept: names are not given twice. */
export interface MadeTokenTable {
  /** `tok_…`. Primary key. */
  readonly id: string;
  readonly organization: string;
  /** {@link principalId} of whom it speaks as. */
  readonly principal: string;
  /** Unique in the organization; null where a token has none (personal tokens, those of runners). */
  readonly name: string | null;
  readonly description: string;
  /** {@link principalId} of who made it. */
  readonly created_by: string;
  /** Epoch seconds. */
  readonly created_at: number;
}

/** When tokens, and issuers that vouched for new ones, were last used, to within a minute or so. */
export interface LastUseTable {
  /** `tok_…`. Primary key. */
  readonly id: string;
  /** Epoch seconds. */
  readonly used_at: number;
}

/** Which person of an identity provider is which member of an organization. */
export interface IdentityTable {
  /** `idp_…` */
  readonly provider: string;
  /** `sub` of their id_tokens. */
  readonly subject: string;
  readonly organization: string;
  /** `idn_…`; unique in the organization. */
  readonly id: string;
  /** `usr_…` of the member. With organization and provider unique: a member is one person of each provider. */
  readonly user_id: string;
  readonly login: string;
  /** Epoch seconds. */
  readonly created_at: number;
}

/** Sessions that people began in a browser, beside their row in `token`. A row goes when its session ends. */
export interface SessionTable {
  /** `tok_…` of the token of the service host. Primary key. */
  readonly id: string;
  /** `idp_…`; empty when no provider has vouched (break-glass). */
  readonly provider: string;
  /** `sub` at the provider. */
  readonly subject: string;
  /** `sid` at the provider (OpenID Connect Back-Channel Logout 1.0 section 2.1). */
  readonly provider_session: string | null;
  /** Sealed with the encryption key, bound to this row and column. */
  readonly refresh_token: string | null;
  readonly id_token: string | null;
  /** JSON of principal and claims as of the last refresh: for every token of the session, in place of its own. Null before the first. */
  readonly principal: string | null;
  readonly claims: string | null;
  /** Where it was begun, for its holder to recognise. */
  readonly address: string;
  readonly user_agent: string;
  /** Epoch seconds. */
  readonly created_at: number;
  readonly expires_at: number;
  /** From when on the provider is to be asked again; null: never. */
  readonly refresh_at: number | null;
  readonly refreshed_at: number | null;
  /** Times in a row that the provider could not be asked. */
  readonly failures: number;
  /** Whoever refreshes it just now, and until when nobody else does. */
  readonly lease: string | null;
  readonly lease_until: number | null;
  /** Tokens made for it besides its own, ever: whoever ends it knows by it that none has come in between. */
  readonly tokens: number;
}

/** Programs that wait for a person to let them in (RFC 8628), for ten minutes. */
export interface DeviceGrantTable {
  /** SHA-256 of the device code, base64url. Primary key. */
  readonly hash: string;
  /** What the person types, without its hyphen; unique. */
  readonly user_code: string;
  /** What the program calls itself. */
  readonly client: string;
  readonly address: string;
  /** Epoch seconds. */
  readonly created_at: number;
  readonly expires_at: number;
  /** `pending`, `approved` or `denied`. */
  readonly state: string;
  /** `tok_…` of the session that decided. */
  readonly session: string | null;
}
