import { join } from 'node:path';
import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import type { ProxyProgram } from '../support/front-proxy.ts';
import { behavesAsAFront } from './front-suite.ts';

const HAPROXY: ProxyProgram = {
  command: 'haproxy',
  args: () => ['-db', '-f', 'haproxy.cfg'],
  files: ([configuration = '', script = ''], folder) => ({
    'haproxy.cfg': configuration.replace('/etc/haproxy/countersign.lua', join(folder, 'countersign.lua')),
    'countersign.lua': script,
  }),
};

describe.skipIf(!has('haproxy'))('behind HAProxy', () => {
  behavesAsAFront(['haproxy', 'haproxy-lua'], HAPROXY);
});
