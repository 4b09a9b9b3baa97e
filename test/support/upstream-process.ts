import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** An upstream as a process of its own, to be killed in the middle of its work. Answers with its name, after a moment. */
export interface UpstreamProcess {
  readonly port: number;
  /** As the system does when memory is short: without a word to anybody. */
  kill(): Promise<void>;
}

const PROGRAM = `
const { createServer } = require('node:http');
const [name, port] = process.argv.slice(1);
const server = createServer((request, response) => setTimeout(() => response.end(name), 5));
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port));
`;

/** `port`: 0 for a free one. */
export async function startUpstreamProcess(name: string, port = 0): Promise<UpstreamProcess> {
  const child = spawn(process.execPath, ['-e', PROGRAM, name, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const exited = once(child, 'exit');
  return {
    port: Number(line.toString()),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
