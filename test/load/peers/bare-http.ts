import { createServer } from 'node:http';

/** The floor of starting: `node:http` and one fixed answer. */
createServer((_request, response) => response.end('ok')).listen(Number(process.env['PORT']), '127.0.0.1');
