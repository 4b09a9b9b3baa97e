import { createServer } from 'node:http';

/** Answers everything with one KiB. */
const body = Buffer.alloc(1024, 'x');
createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
  response.end(body);
}).listen(Number(process.env['PORT']), '127.0.0.1');
