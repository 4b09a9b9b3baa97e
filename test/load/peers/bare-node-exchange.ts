import { createPublicKey, hash, randomBytes, verify, type JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

/**
 * The floor of an exchange on Node: HTTP, one RSA verification, one random token, two rows on disk before the answer
 * (group commit in a thread), and nothing else: no policy, no validation, no limits, no audit. Whoever is near it
 * spends little on everything that this leaves out.
 */
const { PORT = '', JWKS = '{"keys":[]}', DATABASE = '' } = process.env;
const [jwk] = (JSON.parse(JWKS) as { readonly keys: readonly JsonWebKey[] }).keys;
if (!jwk) throw new Error('no key');
const key = createPublicKey({ key: jwk, format: 'jwk' });

type Row = readonly [hash: string, subject: string, expires: number];
const worker = new Worker(new URL('./bare-node-storage.ts', import.meta.url), { workerData: DATABASE });
let waiting: { readonly row: Row; readonly done: () => void }[] = [];
let running: typeof waiting | undefined;

function next(): void {
  if (running || waiting.length === 0) return;
  running = waiting;
  waiting = [];
  worker.postMessage(running.map(({ row }) => row));
}
worker.on('message', () => {
  const done = running ?? [];
  running = undefined;
  for (const item of done) item.done();
  next();
});

createServer((request, response) => {
  if (request.method === 'GET') return void response.end('ready');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { subject_token: token = '' } = JSON.parse(Buffer.concat(chunks).toString()) as Record<
      string,
      string
    >;
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; exp: number };
    const good = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`, 'latin1'),
      key,
      Buffer.from(signature, 'base64url'),
    );
    if (!good) return void response.writeHead(400).end();
    const value = randomBytes(24).toString('base64url');
    const row: Row = [hash('sha256', value, 'base64url'), claims.sub, claims.exp];
    waiting.push({
      row,
      done: () => {
        const body = JSON.stringify({ access_token: value, token_type: 'token', expires_in: 7200 });
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
          .end(body);
      },
    });
    next();
  });
}).listen(Number(PORT), '127.0.0.1');
