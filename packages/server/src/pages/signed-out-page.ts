import { actions } from './elements.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface SignedOutModel {
  /** What is known of the session at the identity provider. */
  readonly provider?: 'ended' | 'not ended';
  readonly signInHref?: string;
}

export function signedOutPage({ provider, signInHref }: SignedOutModel): Page {
  return layout(
    'You are signed out',
    html`<p>Your session has ended here and on every service behind this gateway.</p>
      ${provider === undefined ? undefined : html`<p>${AT_PROVIDER[provider]}</p>`}
      ${actions([['Sign in again', signInHref]])}`,
  );
}

const AT_PROVIDER = {
  ended: 'Your identity provider has signed you out too.',
  'not ended':
    'You may still be signed in at your identity provider. On a computer that others use, sign out there too, or close the browser.',
} as const;
