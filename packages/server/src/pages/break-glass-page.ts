import { FIELDS } from './fields.ts';
import { html } from './html.ts';
import { layout, type Page } from './layout.ts';
import { oneFieldForm } from './one-field-form.ts';

export interface BreakGlassModel {
  /** Takes a POST with the field `admin_token`. */
  readonly action: string;
  /** A sentence of ours about the last attempt. */
  readonly error?: string;
}

/** The way in for administrators when no identity provider answers. */
export function breakGlassPage({ action, error }: BreakGlassModel): Page {
  const form = {
    action,
    error,
    name: FIELDS.adminToken,
    label: 'Administrator token',
    hint: 'Whoever runs this server has it.',
    button: 'Sign in',
    kind: 'secret',
  } as const;
  return layout(
    'Sign in as administrator',
    html`<p>For when nobody can sign in with an identity provider. Every use is in the audit trail.</p>
      ${oneFieldForm(form)}`,
  );
}
