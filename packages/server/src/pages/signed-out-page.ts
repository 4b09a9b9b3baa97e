import { actions } from './elements.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface SignedOutModel {
  /**
   * Of the session at the identity provider. `ended`: the provider was asked and has sent the browser back, which it does
   * also when the person said no there (OpenID Connect RP-Initiated Logout section 2).
   */
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
  ended:
    'Your identity provider was asked to sign you out too. If you said no there, you are still signed in there.',
  'not ended':
    'You may still be signed in at your identity provider. On a computer that others use, sign out there too, or close the browser.',
} as const;
