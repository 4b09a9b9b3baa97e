import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startRig, type Rig, type RigOptions } from './testing/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function dial(options: RigOptions = {}): Promise<Socket> {
  const rig = await startRig(options);
  rigs.push(rig);
  return dialAgain(rig);
}

async function dialAgain(rig: Rig): Promise<Socket> {
  const socket = connect(rig.port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that came until the server closed the connection. */
async function allOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text;
}

describe('bytes that are no request', () => {
  it.each([
    ['garbage', 'garbage\r\n\r\n', '400 Bad Request'],
    [
      'a head beyond the limit',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`,
      '431 Request Header Fields Too Large',
    ],
  ])(
    '%s are answered, counted against their address, and the last of their connection',
    async (_name, bytes, status) => {
      const counted: string[] = [];
      const socket = await dial({ malformed: (address) => void counted.push(address) });
      socket.write(bytes);
      expect(await allOf(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
      expect(counted).toEqual(['127.0.0.1']);
    },
  );

  it('are answered later where there have been too many', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let told = (): void => {};
    const counted = new Promise<void>((resolve) => (told = resolve));
    const socket = await dial({
      malformed: () => {
        told();
        return held;
      },
    });
    const all = allOf(socket);
    socket.write('garbage\r\n\r\n');
    await counted;
    // Others are answered meanwhile, one after the other.
    for (const rig of [...rigs, ...rigs, ...rigs]) {
      const other = await dialAgain(rig);
      other.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect(await allOf(other)).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(socket.bytesRead).toBe(0);
    release();
    expect(await all).toMatch(/^HTTP\/1\.1 400 /);
  });
});
