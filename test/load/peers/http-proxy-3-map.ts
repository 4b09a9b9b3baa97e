import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

/** `http-proxy-3` behind a look-up of the Authorization header among 100,000, as people write it by hand. */
const { PORT = '', UPSTREAM = '' } = process.env;
const users = new Map(
  Array.from({ length: 100_000 }, (_, index) => [
    `Bearer bench-${String(index).padStart(5, '0')}`,
    `user-${index}`,
  ]),
);
const proxy = createProxyServer({
  target: UPSTREAM,
  agent: new Agent({ keepAlive: true, maxSockets: 256 }),
  xfwd: true,
});

createServer((request, response) => {
  const user = users.get(request.headers.authorization ?? '');
  if (user === undefined) {
    response.writeHead(401).end();
    return;
  }
  delete request.headers.authorization;
  request.headers['x-forwarded-user'] = user;
  proxy.web(request, response);
}).listen(Number(PORT), '127.0.0.1');
