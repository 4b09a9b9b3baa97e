import { describe } from 'vitest';
import { has } from '../setup/debian.ts';
import type { ProxyProgram } from '../support/front-proxy.ts';
import { behavesAsAFront } from './front-suite.ts';

const NGINX: ProxyProgram = {
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

describe.skipIf(!has('nginx'))('behind nginx', () => {
  behavesAsAFront(['nginx'], NGINX);
});
