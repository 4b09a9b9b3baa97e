import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startRig, type Rig, type RigOptions } from './listener/testing/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});
async function start(options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig(options);
  rigs.push(rig);
  return rig;
}

async function dial({ port }: Rig): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The first line of the answer on a connection, or nothing when it is closed before one comes. */
async function answered(socket: Socket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const first = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => undefined)]);
  return first === undefined ? '' : (String(first[0]).split('\r\n')[0] ?? '');
}

const OK = 'HTTP/1.1 200 OK';

describe('connections', () => {
  it('over the bound are refused at once, and those that are open go on', async () => {
    const rig = await start({ maxConnections: 3 });
    const open = [await dial(rig), await dial(rig), await dial(rig)];
    expect(await Promise.all(open.map(answered))).toEqual([OK, OK, OK]);
    expect(await answered(await dial(rig))).toBe('');
    expect(rig.refused()).toBe(1);
    expect(await Promise.all(open.map(answered))).toEqual([OK, OK, OK]);
    open[0]?.destroy();
    await expect.poll(() => rig.listener.open()).toBe(2);
    expect(await answered(await dial(rig))).toBe(OK);
  });

  it('are as many as a reload says, and those that are open stay', async () => {
    const rig = await start({ maxConnections: 2 });
    const open = [await dial(rig), await dial(rig)];
    await Promise.all(open.map(answered));
    rig.listener.follow({ maxConnections: 1, tls: undefined });
    expect(await Promise.all(open.map(answered))).toEqual([OK, OK]);
    rig.listener.follow({ maxConnections: 3, tls: undefined });
    expect(await answered(await dial(rig))).toBe(OK);
  });
});

describe('draining', () => {
  it('waits for what is under way, and not for who has never asked, or no longer does', async () => {
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      rigs.length = 0;
      void start({
        request: (incoming, outgoing) => {
          if (incoming.url !== '/slow') return void outgoing.end();
          answer = () => outgoing.end('done');
          resolve();
        },
      });
    });
    await expect.poll(() => rigs.length).toBe(1);
    const [rig] = rigs;
    if (!rig) throw new Error('no listener');
    const [silent, idle, busy] = [await dial(rig), await dial(rig), await dial(rig)];
    await answered(idle);
    let text = '';
    busy.on('data', (chunk: Buffer) => (text += chunk.toString()));
    busy.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await asked;
    const gone = Promise.all([once(silent, 'close'), once(idle, 'close')]);
    const drained = rig.listener.close();
    await gone;
    expect(busy.destroyed).toBe(false);
    answer();
    await drained;
    expect(text).toMatch(/done/);
    rigs.length = 0;
  });
});
