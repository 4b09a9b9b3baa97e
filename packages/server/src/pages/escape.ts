/**
 * Characters that HTML gives a meaning, and those that nobody sees. One table for text and for attributes in double
 * quotes: what is right in both places cannot be chosen wrongly.
 */
export function attributeText(text: string): string {
  return text.replace(UNSEEN, '\uFFFD').replace(/[&<>"']/g, (character) => REFERENCES[character] ?? '');
}

/** Text that a person reads, cut where nobody would read on: a header of 16 KiB is no reason for a page of 16 KiB. */
export function visibleText(text: string): string {
  return attributeText(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

const MAX_TEXT = 1000;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Controls, halves of surrogate pairs, and what turns the direction of writing round: a name that holds one of the
 * latter shows another text than it is (Unicode TR 36 section 2.5).
 */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
