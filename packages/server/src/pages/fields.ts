/** What the fields of our forms are called, for the pages that have them and for whoever reads what was sent. */
export const FIELDS = {
  /** Id of a session: which one to end. */
  session: 'session',
  /** Where to go once signed out. */
  returnTo: 'return_to',
  /** Of device authorization (RFC 8628 section 3.3.1). */
  userCode: 'user_code',
  decision: 'decision',
  adminToken: 'admin_token',
  /** What to look for among routes: of a GET, which changes nothing. */
  filter: 'q',
} as const;

/** Values of `decision`. */
export const DECISIONS = { approve: 'approve', deny: 'deny' } as const;
