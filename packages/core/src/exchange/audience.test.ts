import { describe, expect, it } from 'vitest';
import { defaultAudiences, parseAudience } from './audience.ts';

describe('parseAudience', () => {
  it('reads both names of an organization', () => {
    expect(parseAudience('urn:pulumi:org:acme')).toBe('acme');
    expect(parseAudience('urn:countersign:org:acme-2')).toBe('acme-2');
  });

  it.each([
    '',
    'acme',
    'urn:pulumi:org:',
    'urn:pulumi:org:Acme',
    'URN:pulumi:org:acme',
    'urn:other:org:acme',
    'urn:pulumi:org:acme:x',
    'urn:pulumi:org:acme/x',
    'urn:pulumi:org:acme\n',
    ' urn:pulumi:org:acme',
    'xurn:pulumi:org:acme',
    'https://sts.example',
  ])('is no name of ours: %j', (text) => {
    expect(parseAudience(text)).toBeUndefined();
  });

  it('takes names of 40 characters and not one more', () => {
    expect(parseAudience(`urn:pulumi:org:${'a'.repeat(40)}`)).toBe('a'.repeat(40));
    expect(parseAudience(`urn:pulumi:org:${'a'.repeat(41)}`)).toBeUndefined();
  });
});

describe('defaultAudiences', () => {
  it('holds both names of the organization and the service, the name that clients know first', () => {
    expect(defaultAudiences('acme', 'https://sts.example')).toEqual([
      'urn:pulumi:org:acme',
      'urn:countersign:org:acme',
      'https://sts.example',
    ]);
  });
});
