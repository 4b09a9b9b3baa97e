import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import type { ProxyProgram } from '../support/front-proxy.ts';
import { behavesAsAFront } from './front-suite.ts';

const CADDY: ProxyProgram = {
  command: 'caddy',
  args: () => ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
  files: (rendered) => ({
    Caddyfile: `{
	admin off
	auto_https off
	log {
		level ERROR
	}
}
${rendered.join('')}`,
  }),
};

describe.skipIf(!has('caddy'))('behind Caddy', () => {
  behavesAsAFront(['caddy'], CADDY);
});
