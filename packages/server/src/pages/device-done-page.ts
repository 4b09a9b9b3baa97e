import { html } from './html.ts';
import { layout, type Page } from './layout.ts';

export interface DeviceDoneModel {
  readonly outcome: 'approved' | 'denied' | 'expired' | 'used';
}

/** How device authorization ended, for the person in the browser. */
export function deviceDonePage({ outcome }: DeviceDoneModel): Page {
  const { title, text } = OUTCOMES[outcome];
  return layout(title, html`<p>${text}</p>`);
}

const OUTCOMES: Readonly<
  Record<DeviceDoneModel['outcome'], { readonly title: string; readonly text: string }>
> = {
  approved: { title: 'The program is signed in', text: 'It goes on by itself. You can close this page.' },
  denied: {
    title: 'The program is not let in',
    text: 'It got nothing, and the code is dead. You can close this page.',
  },
  expired: {
    title: 'This code has expired',
    text: 'Start again in the program, and enter the code that it shows then.',
  },
  used: {
    title: 'This code has been used',
    text: 'A code works once. If that was not you, end the session that you do not know, and start again in the program.',
  },
};
