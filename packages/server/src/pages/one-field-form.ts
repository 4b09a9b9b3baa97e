import { html, type Html } from './html.ts';

export interface OneField {
  /** Takes a POST. */
  readonly action: string;
  readonly name: string;
  readonly label: string;
  /** What is asked for, as long as nothing is wrong with it. */
  readonly hint: string;
  readonly button: string;
  /** A sentence of ours about the last attempt. What was entered does not come back. */
  readonly error: string | undefined;
  readonly kind: 'code' | 'secret';
}

/** A label, a field, a button; and a fault that is read out with the field (WCAG 2.2, 3.3.1). */
export function oneFieldForm({ action, name, label, hint, button, error, kind }: OneField): Html {
  const invalid = error === undefined ? 'false' : 'true';
  return html`<form method="post" action="${action}">
    <label for="field">${label}</label>
    ${FIELD_KINDS[kind](name, invalid)}
    ${
      error === undefined
        ? html`<p id="said" class="quiet">${hint}</p>`
        : html`<p id="said" class="alarm" role="alert">${error}</p>`
    }
    <p class="actions"><button class="first">${button}</button></p>
  </form>`;
}

/** Longer than what is asked for, shorter than what nobody would type. */
const FIELD_KINDS: Readonly<Record<OneField['kind'], (name: string, invalid: string) => Html>> = {
  // Not `one-time-code`: browsers offer what came by text message there, and this one stands in a terminal.
  code: (name, invalid) =>
    html`<input
      id="field"
      name="${name}"
      aria-invalid="${invalid}"
      aria-describedby="said"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      maxlength="32"
      required
    />`,
  secret: (name, invalid) =>
    html`<input
      id="field"
      type="password"
      name="${name}"
      aria-invalid="${invalid}"
      aria-describedby="said"
      autocomplete="off"
      spellcheck="false"
      maxlength="1024"
      required
    />`,
};
