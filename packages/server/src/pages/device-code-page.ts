import { FIELDS } from './fields.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';
import { oneFieldForm } from './one-field-form.ts';

export interface DeviceCodeModel {
  /** Takes a POST with the field `user_code`. */
  readonly action: string;
  /** A sentence of ours about the last attempt. */
  readonly error?: string;
}

/** A person brings the code that a program shows (RFC 8628 section 3.3). */
export function deviceCodePage({ action, error }: DeviceCodeModel): Page {
  const form = {
    action,
    error,
    name: FIELDS.userCode,
    label: 'Code',
    hint: 'Eight letters in two groups. Upper or lower case does not matter.',
    button: 'Continue',
    kind: 'code',
  } as const;
  return layout(
    'Sign in a program',
    html`<p>Enter the code that the program shows you. Go on only if you have started it yourself.</p>
      ${oneFieldForm(form)}`,
  );
}
