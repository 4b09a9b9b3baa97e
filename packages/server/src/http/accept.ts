import type { HeaderLine } from '@countersign/core';

/**
 * Whom a refusal is for: a person in a browser, kubectl, or a program. Decides the shape of the body and nothing else.
 */
export type Audience = 'browser' | 'kubernetes' | 'program';

export function audienceOf(headers: readonly HeaderLine[]): Audience {
  let accept = '';
  let navigates = false;
  for (const [name, value] of headers) {
    switch (name.toLowerCase()) {
      case 'user-agent':
        // kubectl writes `kubectl/v1.33 (linux/amd64) kubernetes/abcdef`; it can read nothing but a Status.
        if (value.includes('kubernetes/')) return 'kubernetes';
        break;
      case 'sec-fetch-mode':
        navigates = value === 'navigate';
        break;
      case 'accept':
        accept = accept === '' ? value : `${accept},${value}`;
        break;
    }
  }
  return navigates || prefersHtml(accept) ? 'browser' : 'program';
}

/** More ranges than any client sends; what follows is not looked at. */
const MAX_RANGES = 32;

/** Whether HTML is wanted more than JSON (RFC 9110 section 12.5.1). A tie, or no wish at all, is JSON. */
export function prefersHtml(accept: string): boolean {
  const ranges = accept.toLowerCase().split(',', MAX_RANGES).map(parseRange);
  return qualityFor(ranges, 'text', 'html') > qualityFor(ranges, 'application', 'json');
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that covers a media type gives its quality; none gives 0. */
function qualityFor(ranges: readonly MediaRange[], type: string, subtype: string): number {
  for (const wanted of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === wanted);
    if (range) return range.quality;
  }
  return 0;
}
