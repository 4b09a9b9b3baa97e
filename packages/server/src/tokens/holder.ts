import type { TokenRecord } from './model.ts';

/** What all tokens of one subject under the same policies have in common. */
export type Holder = Omit<TokenRecord, 'id' | 'exchange' | 'issuedAt' | 'expiresAt' | 'claims'>;
