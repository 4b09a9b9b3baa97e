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
}

/** What was issued, changed or revoked. */
export interface AuditTable {
  /** `evt_` and 26 characters, time-ordered. Primary key. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly event: string;
  readonly decision: string | null;
  readonly token: string;
  readonly actor: string;
  readonly organization: string | null;
}

/** Policy documents that decisions cite, by SHA-256 of their text. */
export interface PolicySetTable {
  readonly hash: string;
  readonly document: string;
  /** Epoch seconds. */
  readonly created_at: number;
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
}
