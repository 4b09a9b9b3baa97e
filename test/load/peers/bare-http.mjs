import { createServer } from 'node:http';

/** The floor of starting: `node:http` and one fixed answer. Not TypeScript: to strip types takes half as long again and 16 MB. */
createServer((_request, response) => response.end('ok')).listen(Number(process.env['PORT']), '127.0.0.1');
