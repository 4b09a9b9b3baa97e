import { join } from 'node:path';
import type { ProxyProgram } from './front-proxy.ts';

/** The proxies of Debian, around what is rendered for them. */

export const NGINX: ProxyProgram = {
  command: 'nginx',
  args: (folder) => ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
  files: (rendered) => ({
    'countersign.conf': rendered.join(''),
    'nginx.conf': `daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid nginx.pid;
error_log stderr crit;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include countersign.conf;
}
`,
  }),
};

export const CADDY: ProxyProgram = {
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

export const HAPROXY: ProxyProgram = {
  command: 'haproxy',
  args: () => ['-db', '-f', 'haproxy.cfg'],
  files: ([configuration = '', script = ''], folder) => ({
    'haproxy.cfg': configuration.replace('/etc/haproxy/countersign.lua', join(folder, 'countersign.lua')),
    'countersign.lua': script,
  }),
};
