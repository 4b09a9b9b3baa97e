import { createServer } from 'node:net';

/**
 * Answers every request with one KiB, whatever it asks. On the bare socket, so that the upstream is never what is
 * measured; a request whose head comes in two parts is one request all the same.
 */
const body = 'x'.repeat(1024);
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const END = '\r\n\r\n';

createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const heads = `${rest}${chunk.latin1Slice()}`.split(END);
    rest = heads.pop() ?? '';
    for (let head = 0; head < heads.length; head += 1) socket.write(answer);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
