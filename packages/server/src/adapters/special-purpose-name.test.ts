import { describe, expect, it } from 'vitest';
import { classifyHost } from './special-purpose-name.ts';

describe('the class of a host that a proxy resolves', () => {
  it.each(['issuer.example.com', 'localhost.example.com', 'internal.example.com', 'xn--mnchen-3ya.de'])(
    '%s is public as far as its name goes',
    (host) => {
      expect(classifyHost(host)).toBe('public');
    },
  );

  it.each(['localhost', 'idp.localhost', '127.0.0.1', '::1'])('%s is loopback', (host) => {
    expect(classifyHost(host)).toBe('loopback');
  });

  it.each([
    'idp',
    'idp.internal',
    'printer.local',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'nas.home.arpa',
    'git.corp',
    '10.0.0.1',
    'fd12::1',
  ])('%s is private', (host) => {
    expect(classifyHost(host)).toBe('private');
  });

  it.each([
    'metadata',
    'metadata.google.internal',
    'metadata.goog',
    'instance-data.ec2.internal',
    '169.254.169.254',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '0.0.0.0',
  ])('%s is never opened', (host) => {
    expect(classifyHost(host)).toBe('never');
  });
});
